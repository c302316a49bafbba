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
 * value back. */
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

TFHUB_CAPI void tfhub_string_free(char* string); /* NULL is fine */
TFHUB_CAPI const char* tfhub_version(void);      /* "0.1.0" */

#ifdef __cplusplus
}
#endif

#endif /* TFHUB_C_API_H_ */
