/* Object stores of the clouds (gs, s3, azblob) through Apache OpenDAL, which is Rust: the border between it
   and bucket_store.cc. Every call blocks; all may be made from any thread, each reader and writer from one at
   a time. Keys are relative to the root given at open; bytes that cross the border belong to the caller. */
#ifndef TFHUB_STORE_BUCKET_BUCKET_H
#define TFHUB_STORE_BUCKET_BUCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct TfhubBucket TfhubBucket;
typedef struct TfhubBucketReader TfhubBucketReader;
typedef struct TfhubBucketWriter TfhubBucketWriter;

enum {
  TFHUB_BUCKET_OK = 0,
  TFHUB_BUCKET_FAILED = 1,    /* nothing that the others name */
  TFHUB_BUCKET_MISCONFIGURED, /* an option is wrong or missing */
  TFHUB_BUCKET_NOT_FOUND,     /* the object, or the bucket */
  TFHUB_BUCKET_UNAVAILABLE,   /* after all retries */
  TFHUB_BUCKET_REFUSED        /* credentials missing or refused */
};

/* message: UTF-8, set unless code is OK; freed with tfhub_bucket_text_free. */
typedef struct {
  int32_t code;
  char* message;
} TfhubBucketStatus;

typedef struct {
  bool found;
  uint64_t size;
  int64_t modified_ms; /* since 1970 */
} TfhubBucketInfo;

void tfhub_bucket_text_free(char* text);

/* What a bucket is waited for. */
typedef struct {
  uint32_t retries;    /* how often a request that failed is sent again */
  uint64_t connect_ms; /* for a connection */
  uint64_t answer_ms;  /* for an answer, or its next bytes, all tries together */
  uint64_t stall_ms;   /* for one part of an object to be uploaded or copied, each try */
} TfhubBucketPatience;

/* service: "gcs", "s3", "azblob"; options: name, value, name, value, …, NULL, as OpenDAL calls them;
   authorities: a PEM file of those to trust, "": the system's. Nothing is asked of the network yet. */
TfhubBucketStatus tfhub_bucket_open(const char* service, const char* const* options, const char* authorities,
                                    const TfhubBucketPatience* patience, TfhubBucket** bucket);
void tfhub_bucket_free(TfhubBucket* bucket);

TfhubBucketStatus tfhub_bucket_head(const TfhubBucket* bucket, const char* key, TfhubBucketInfo* info);

/* From byte `from`, `size` bytes; UINT64_MAX: to the end, which is not known. A missing object is told here.
 */
TfhubBucketStatus tfhub_bucket_get(const TfhubBucket* bucket, const char* key, uint64_t from, uint64_t size,
                                   TfhubBucketReader** reader);
/* Up to `size` bytes; *got is 0 at the end. */
TfhubBucketStatus tfhub_bucket_read(TfhubBucketReader* reader, void* bytes, size_t size, size_t* got);
/* What has arrived and was not read, without waiting for more; *size may be 0. It stays until the next call.
 */
const void* tfhub_bucket_here(TfhubBucketReader* reader, size_t* size);
/* Takes the first `size` bytes of it. */
void tfhub_bucket_take(TfhubBucketReader* reader, size_t size);
void tfhub_bucket_reader_free(TfhubBucketReader* reader);

/* The request that such a read would be, signed, to be sent by the caller soon: the URL, then each header
   ("name: value"), a line each. A secret, freed with tfhub_bucket_text_free. */
TfhubBucketStatus tfhub_bucket_request(const TfhubBucket* bucket, const char* key, uint64_t from,
                                       uint64_t size, char** request);

/* Parts are uploaded side by side while more is written. Freed without a commit, nothing becomes visible. */
TfhubBucketStatus tfhub_bucket_put(const TfhubBucket* bucket, const char* key, TfhubBucketWriter** writer);
TfhubBucketStatus tfhub_bucket_write(TfhubBucketWriter* writer, const void* bytes, size_t size);
TfhubBucketStatus tfhub_bucket_commit(TfhubBucketWriter* writer);
void tfhub_bucket_writer_free(TfhubBucketWriter* writer);

/* *created: false when the key is taken. An answer that was lost counts by what stands there then. */
TfhubBucketStatus tfhub_bucket_put_if_absent(const TfhubBucket* bucket, const char* key, const void* bytes,
                                             size_t size, bool* created);

/* Return false to stop. A key that ends with '/' is what lies deeper. */
typedef bool (*TfhubBucketVisit)(void* context, const char* key, size_t key_size, uint64_t size,
                                 int64_t modified_ms);
TfhubBucketStatus tfhub_bucket_list(const TfhubBucket* bucket, const char* prefix, bool recursive,
                                    TfhubBucketVisit visit, void* context);

/* Gone already is fine. */
TfhubBucketStatus tfhub_bucket_remove(const TfhubBucket* bucket, const char* const* keys, size_t count);
/* Within the bucket, by the service itself; `size` bytes, for which it is given time. */
TfhubBucketStatus tfhub_bucket_copy(const TfhubBucket* bucket, const char* from, const char* to,
                                    uint64_t size);
/* A URL that anybody may GET for so many seconds. */
TfhubBucketStatus tfhub_bucket_sign(const TfhubBucket* bucket, const char* key, uint32_t seconds, char** url);

#ifdef __cplusplus
}
#endif

#endif
