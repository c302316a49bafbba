// The part of TensorFlow's C API that is used here, so that nothing of TensorFlow is needed to build. Source:
// tensorflow/c/c_api.h, tf_buffer.h, tf_datatype.h, tf_status.h, tf_tensor.h, tf_tstring.h of TensorFlow,
// whose C ABI only ever grows; TF_TString has been the layout of string tensors since 2.4.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tfhub::tensorflow {

// NOLINTBEGIN(readability-identifier-naming): TensorFlow's names
struct TF_Buffer;
struct TF_Graph;
struct TF_Operation;
struct TF_Session;
struct TF_SessionOptions;
struct TF_Status;
struct TF_Tensor;

struct TF_Output {
  TF_Operation* oper;
  int index;
};

struct TF_TString {
  uint64_t words[3];
};

constexpr int TF_STRING = 7;  // of TF_DataType, which is types.proto's numbers

enum TF_Code : int {
  TF_OK = 0,
  TF_INVALID_ARGUMENT = 3,
  TF_NOT_FOUND = 5,
  TF_PERMISSION_DENIED = 7,
  TF_RESOURCE_EXHAUSTED = 8,
  TF_FAILED_PRECONDITION = 9,
  TF_OUT_OF_RANGE = 11,
  TF_UNIMPLEMENTED = 12,
  TF_INTERNAL = 13,
  TF_UNAVAILABLE = 14,
  TF_DATA_LOSS = 15,
};
// NOLINTEND(readability-identifier-naming)

// Its functions, each by its name without TF_.
struct CApi {
  const char* (*Version)();

  TF_Status* (*NewStatus)();
  void (*DeleteStatus)(TF_Status*);
  int (*GetCode)(const TF_Status*);
  const char* (*Message)(const TF_Status*);

  // The type is a number of types.proto. `deallocator` is called when the last reference is gone, at once
  // where the data are copied because they are not aligned.
  TF_Tensor* (*NewTensor)(int type, const int64_t* dims, int num_dims, void* data, size_t size,
                          void (*deallocator)(void* data, size_t size, void* arg), void* arg);
  void (*DeleteTensor)(TF_Tensor*);
  int (*TensorType)(const TF_Tensor*);
  int (*NumDims)(const TF_Tensor*);
  int64_t (*Dim)(const TF_Tensor*, int);
  size_t (*TensorByteSize)(const TF_Tensor*);
  void* (*TensorData)(const TF_Tensor*);

  void (*StringInit)(TF_TString*);
  void (*StringCopy)(TF_TString*, const char*, size_t);
  const char* (*StringGetDataPointer)(const TF_TString*);
  size_t (*StringGetSize)(const TF_TString*);
  void (*StringDealloc)(TF_TString*);

  TF_Graph* (*NewGraph)();
  void (*DeleteGraph)(TF_Graph*);
  TF_Operation* (*GraphOperationByName)(TF_Graph*, const char*);
  int (*OperationNumOutputs)(TF_Operation*);

  TF_SessionOptions* (*NewSessionOptions)();
  void (*DeleteSessionOptions)(TF_SessionOptions*);
  TF_Session* (*LoadSessionFromSavedModel)(const TF_SessionOptions*, const TF_Buffer* run_options,
                                           const char* directory, const char* const* tags, int num_tags,
                                           TF_Graph*, TF_Buffer* meta_graph, TF_Status*);
  void (*CloseSession)(TF_Session*, TF_Status*);
  void (*DeleteSession)(TF_Session*, TF_Status*);
  void (*SessionRun)(TF_Session*, const TF_Buffer* run_options, const TF_Output* inputs,
                     TF_Tensor* const* input_values, int num_inputs, const TF_Output* outputs,
                     TF_Tensor** output_values, int num_outputs, const TF_Operation* const* targets,
                     int num_targets, TF_Buffer* run_metadata, TF_Status*);
};

}  // namespace tfhub::tensorflow
