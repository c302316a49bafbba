/* The hub from C, and from every language that can call C. The ABI is stable: types are opaque, functions are
 * only ever added. Codes equal the exit codes of the `tfhub` command.
 *
 *   tfhub_status *status = tfhub_status_new();
 *   char *path = tfhub_resolve("https://hub.example.org/acme/mul/1", NULL, status);
 *   if (path == NULL) fprintf(stderr, "%s\n", tfhub_status_message(status));
 *   tfhub_string_free(path);
 *   tfhub_status_free(status);
 *
 * Every function may be called from any thread; one object must not be used by two threads at once. Strings
 * are UTF-8. A NULL status is allowed where a status is asked for: then only the result tells whether the
 * call failed. */
#ifndef TFHUB_C_API_H_
#define TFHUB_C_API_H_

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define TFHUB_CAPI __attribute__((visibility("default")))
#else
#define TFHUB_CAPI
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum {
  TFHUB_OK = 0,
  TFHUB_UNEXPECTED = 1,  /* a failure we did not foresee */
  TFHUB_USAGE = 2,       /* the call makes no sense */
  TFHUB_NOT_FOUND = 3,   /* no such model, version, format or path */
  TFHUB_NETWORK = 4,     /* the network or the server failed, after retries */
  TFHUB_CORRUPT = 5,     /* not an archive, corrupt, refused by the archive policy, over a limit */
  TFHUB_CONFLICT = 6,    /* the version exists with other bytes */
  TFHUB_NOT_ALLOWED = 7, /* credentials missing or refused, permission denied on disk */
  TFHUB_OFFLINE = 8      /* not in the cache, and offline */
};

/* How a call ended. A new one, and one whose call succeeded, has code TFHUB_OK and an empty message. */
typedef struct tfhub_status tfhub_status;
TFHUB_CAPI tfhub_status* tfhub_status_new(void);
TFHUB_CAPI int tfhub_status_code(const tfhub_status* status);
/* One sentence for a person. Valid until the status is used again or freed. */
TFHUB_CAPI const char* tfhub_status_message(const tfhub_status* status);
/* What lies beneath the message, outermost first; NULL once `index` is past the end. */
TFHUB_CAPI const char* tfhub_status_cause(const tfhub_status* status, size_t index);
TFHUB_CAPI void tfhub_status_free(tfhub_status* status);

/* Called now and then during long work, on any thread, never on two at once. `total` is 0 where it is not
 * known. */
typedef void (*tfhub_progress)(const char* what, uint64_t done, uint64_t total, void* user_data);

/* What a call should do otherwise than by default; NULL stands for all defaults. A setter with NULL takes its
 * value back; one with NULL options (no memory, in tfhub_options_new) does nothing. */
typedef struct tfhub_options tfhub_options;
TFHUB_CAPI tfhub_options* tfhub_options_new(void);
TFHUB_CAPI void tfhub_options_free(tfhub_options* options);
TFHUB_CAPI void tfhub_options_set_cache_dir(tfhub_options* options,
                                            const char* directory); /* TFHUB_CACHE_DIR wins */
TFHUB_CAPI void tfhub_options_set_load_format(tfhub_options* options, const char* format); /* resolve */
TFHUB_CAPI void tfhub_options_set_output(tfhub_options* options, const char* path);        /* pull */
/* pull, and inspect of a handle: tf, tflite, tfjs */
TFHUB_CAPI void tfhub_options_set_format(tfhub_options* options, const char* format);
TFHUB_CAPI void tfhub_options_set_force(tfhub_options* options, int force);         /* pull */
TFHUB_CAPI void tfhub_options_set_store(tfhub_options* options, const char* store); /* publish */
TFHUB_CAPI void tfhub_options_set_tags(tfhub_options* options, const char* tags);   /* load: "serve,gpu" */
TFHUB_CAPI void tfhub_options_set_io_device(tfhub_options* options, const char* device); /* load */
TFHUB_CAPI void tfhub_options_set_progress(tfhub_options* options, tfhub_progress function, void* user_data);

/* The path of the model's directory (or, for load format UNCOMPRESSED, the gs:// path that its host names).
 * NULL on failure. To be freed with tfhub_string_free, as every string that a call gives back. */
TFHUB_CAPI char* tfhub_resolve(const char* handle, const tfhub_options* options, tfhub_status* status);
/* The path of what was fetched: a directory, or for tflite a file. */
TFHUB_CAPI char* tfhub_pull(const char* handle, const tfhub_options* options, tfhub_status* status);
/* What a model says of itself, as the JSON of docs/inspect.md (that of `tfhub inspect --json`), without
 * TensorFlow. The model is behind a handle, which is pulled into the cache first, or at a path: a directory,
 * an archive of one or a .tflite file. TFHUB_CORRUPT: it cannot be read. */
TFHUB_CAPI char* tfhub_inspect(const char* handle_or_path, const tfhub_options* options,
                               tfhub_status* status);
/* The published name, "publisher/model/version". Publishing the same bytes again succeeds. */
TFHUB_CAPI char* tfhub_publish(const char* path, const char* name, const tfhub_options* options,
                               tfhub_status* status);

/* A tensor: a shape and the elements in C order, the last dimension running fastest. Types are called as in
 * TensorFlow: "float32", "int64", "bool" (a byte each, 0 or 1), "string" ... It never changes, so that
 * threads may read one at once. Who makes or is given one frees it. */
typedef struct tfhub_tensor tfhub_tensor;
/* Copies `size` bytes of elements, of any type but string. Rank 0 is a scalar, whose shape may be NULL. NULL
 * on failure (TFHUB_USAGE: the bytes do not fit type and shape), as with the calls below. */
TFHUB_CAPI tfhub_tensor* tfhub_tensor_new(const char* dtype, const int64_t* shape, size_t rank,
                                          const void* data, size_t size, tfhub_status* status);
/* Copies `count` strings of `sizes` bytes each; NULL sizes: each ends at its first zero byte. */
TFHUB_CAPI tfhub_tensor* tfhub_tensor_new_strings(const int64_t* shape, size_t rank,
                                                  const char* const* strings, const size_t* sizes,
                                                  size_t count, tfhub_status* status);
/* What is in it. Pointers are valid as long as the tensor. */
TFHUB_CAPI const char* tfhub_tensor_dtype(const tfhub_tensor* tensor);
TFHUB_CAPI size_t tfhub_tensor_rank(const tfhub_tensor* tensor);
TFHUB_CAPI const int64_t* tfhub_tensor_shape(const tfhub_tensor* tensor);
TFHUB_CAPI size_t tfhub_tensor_count(const tfhub_tensor* tensor);     /* elements */
TFHUB_CAPI size_t tfhub_tensor_size(const tfhub_tensor* tensor);      /* bytes; 0 for strings */
TFHUB_CAPI const void* tfhub_tensor_data(const tfhub_tensor* tensor); /* NULL for strings */
/* The string `index` with a zero byte behind it, and (where `size` is not NULL) how many bytes it has; NULL
 * past the end and for other types. */
TFHUB_CAPI const char* tfhub_tensor_string(const tfhub_tensor* tensor, size_t index, size_t* size);
TFHUB_CAPI void tfhub_tensor_free(tfhub_tensor* tensor); /* NULL is fine */

/* A model in TensorFlow, which is found when the first is loaded (tfhub/saved_model.h says where). Any number
 * of threads may run one at once. NULL on failure, as tfhub::load() fails. */
typedef struct tfhub_model tfhub_model;
TFHUB_CAPI tfhub_model* tfhub_load(const char* handle, const tfhub_options* options, tfhub_status* status);
/* {"serving_default": {"inputs": {"x": {"dtype": "float32", "shape": [-1, 2]}}, "outputs": {...}}, ...};
 * -1: a dimension that may have any size; null for a shape: of any rank. As `tfhub inspect --json` says it.
 */
TFHUB_CAPI char* tfhub_model_signatures(const tfhub_model* model, tfhub_status* status);
/* Runs a signature and gives those of its outputs that are named: `outputs` has room for `output_count`
 * tensors, which are the caller's. Returns the code of the status. On failure all of them are NULL.
 * TFHUB_USAGE: no such signature, an input is missing, unknown or of another type or shape than wanted, or an
 * output is unknown. */
TFHUB_CAPI int tfhub_model_run(const tfhub_model* model, const char* signature,
                               const char* const* input_names, const tfhub_tensor* const* inputs,
                               size_t input_count, const char* const* output_names, tfhub_tensor** outputs,
                               size_t output_count, tfhub_status* status);
TFHUB_CAPI void tfhub_model_free(tfhub_model* model); /* NULL is fine */

TFHUB_CAPI void tfhub_string_free(char* string); /* NULL is fine */
TFHUB_CAPI const char* tfhub_version(void);      /* "0.1.0" */

#ifdef __cplusplus
}
#endif

#endif /* TFHUB_C_API_H_ */
