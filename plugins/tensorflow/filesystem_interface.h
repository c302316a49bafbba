// The interface of TensorFlow's file-system plugins, so that nothing of TensorFlow is needed to build.
// Source: tensorflow/c/experimental/filesystem/filesystem_interface.h and tensorflow/c/tf_file_statistics.h
// of TensorFlow 2.21, ABI 0 and API 0 of every table. Tables only grow at their ends, and say how long they
// are: ours end where we have nothing more to give. tests/tensorflow_files checks them against the wheel's
// headers.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tensorflow/c_api.h"

namespace tfhub::tensorflow {

// NOLINTBEGIN(readability-identifier-naming): TensorFlow's names
struct TF_RandomAccessFile {
  void* plugin_file;
};
struct TF_WritableFile {
  void* plugin_file;
};
struct TF_ReadOnlyMemoryRegion {
  void* plugin_memory_region;
};
struct TF_Filesystem {
  void* plugin_filesystem;
};

struct TF_FileStatistics {
  int64_t length;
  int64_t mtime_nsec;
  bool is_directory;
};

struct TF_RandomAccessFileOps {
  void (*cleanup)(TF_RandomAccessFile*);
  // TF_OK with exactly `n` bytes, TF_OUT_OF_RANGE with fewer at the end, else -1.
  int64_t (*read)(const TF_RandomAccessFile*, uint64_t offset, size_t n, char* buffer, TF_Status*);
};

struct TF_WritableFileOps {
  void (*cleanup)(TF_WritableFile*);
};

struct TF_ReadOnlyMemoryRegionOps {
  void (*cleanup)(TF_ReadOnlyMemoryRegion*);
  const void* (*data)(const TF_ReadOnlyMemoryRegion*);
  uint64_t (*length)(const TF_ReadOnlyMemoryRegion*);
};

struct TF_FilesystemOps {
  void (*init)(TF_Filesystem*, TF_Status*);
  void (*cleanup)(TF_Filesystem*);
  void (*new_random_access_file)(const TF_Filesystem*, const char* path, TF_RandomAccessFile*, TF_Status*);
  void (*new_writable_file)(const TF_Filesystem*, const char* path, TF_WritableFile*, TF_Status*);
  void (*new_appendable_file)(const TF_Filesystem*, const char* path, TF_WritableFile*, TF_Status*);
  void (*new_read_only_memory_region_from_file)(const TF_Filesystem*, const char* path,
                                                TF_ReadOnlyMemoryRegion*, TF_Status*);
  void (*create_dir)(const TF_Filesystem*, const char* path, TF_Status*);
  void (*recursively_create_dir)(const TF_Filesystem*, const char* path, TF_Status*);
  void (*delete_file)(const TF_Filesystem*, const char* path, TF_Status*);
  void (*delete_dir)(const TF_Filesystem*, const char* path, TF_Status*);
  void (*delete_recursively)(const TF_Filesystem*, const char* path, uint64_t* undeleted_files,
                             uint64_t* undeleted_dirs, TF_Status*);
  void (*rename_file)(const TF_Filesystem*, const char* src, const char* dst, TF_Status*);
  void (*copy_file)(const TF_Filesystem*, const char* src, const char* dst, TF_Status*);
  void (*path_exists)(const TF_Filesystem*, const char* path, TF_Status*);
  bool (*paths_exist)(const TF_Filesystem*, char** paths, int num_files, TF_Status** statuses);
  void (*stat)(const TF_Filesystem*, const char* path, TF_FileStatistics*, TF_Status*);
  bool (*is_directory)(const TF_Filesystem*, const char* path, TF_Status*);
  int64_t (*get_file_size)(const TF_Filesystem*, const char* path, TF_Status*);
  char* (*translate_name)(const TF_Filesystem*, const char* uri);
  int (*get_children)(const TF_Filesystem*, const char* path, char*** entries, TF_Status*);
};

struct TF_FilesystemPluginOps {
  char* scheme;
  int filesystem_ops_abi;
  int filesystem_ops_api;
  size_t filesystem_ops_size;
  TF_FilesystemOps* filesystem_ops;
  int random_access_file_ops_abi;
  int random_access_file_ops_api;
  size_t random_access_file_ops_size;
  TF_RandomAccessFileOps* random_access_file_ops;
  int writable_file_ops_abi;
  int writable_file_ops_api;
  size_t writable_file_ops_size;
  TF_WritableFileOps* writable_file_ops;
  int read_only_memory_region_ops_abi;
  int read_only_memory_region_ops_api;
  size_t read_only_memory_region_ops_size;
  TF_ReadOnlyMemoryRegionOps* read_only_memory_region_ops;
};

struct TF_FilesystemPluginInfo {
  size_t num_schemes;
  TF_FilesystemPluginOps* ops;
  void* (*plugin_memory_allocate)(size_t size);
  void (*plugin_memory_free)(void* ptr);
};
// NOLINTEND(readability-identifier-naming)

}  // namespace tfhub::tensorflow

// Called by TensorFlow when it loads the plugin, once.
extern "C" __attribute__((visibility("default"))) void TF_InitPlugin(
    tfhub::tensorflow::TF_FilesystemPluginInfo* info);
