/* Every call of tfhub/c_api.h once: consumer_c MODEL_DIRECTORY STORE HANDLE CACHE OUTPUT TFJS_DIRECTORY. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tfhub/c_api.h>

static int calls;

static void progress(const char* what, uint64_t done, uint64_t total, void* user_data) {
  (void)what, (void)done, (void)total;
  ++*(int*)user_data;
}

static char* must(const char* what, char* result, tfhub_status* status) {
  if (result != NULL && tfhub_status_code(status) == TFHUB_OK) return result;
  fprintf(stderr, "%s: %s\n", what, tfhub_status_message(status));
  exit(tfhub_status_code(status));
}

int main(int argc, char** argv) {
  if (argc != 7) return TFHUB_USAGE;
  tfhub_status* status = tfhub_status_new();
  if (tfhub_status_code(status) != TFHUB_OK || strcmp(tfhub_status_message(status), "") != 0) return 101;
  tfhub_options* options = tfhub_options_new();
  tfhub_options_set_store(options, argv[2]);
  tfhub_options_set_cache_dir(options, argv[4]);
  tfhub_options_set_output(options, argv[5]);
  tfhub_options_set_progress(options, progress, &calls);

  char* name = must("publish", tfhub_publish(argv[1], "acme/consumer/1", options, status), status);
  char* path = must("resolve", tfhub_resolve(argv[3], options, status), status);
  char* pulled = must("pull", tfhub_pull(argv[3], options, status), status);
  if (strcmp(pulled, argv[5]) != 0) return 102;
  char* inside = must("inspect", tfhub_inspect(argv[6], options, status), status);
  if (strstr(inside, "\"kind\": \"tfjs\"") == NULL) return 109;

  /* A failure, its words, and that the status begins anew with the next call. */
  if (tfhub_resolve("/no/such/path", options, status) != NULL || tfhub_status_code(status) != TFHUB_NOT_FOUND)
    return 103;
  if (strstr(tfhub_status_message(status), "/no/such/path") == NULL) return 104;
  if (tfhub_status_cause(status, 1000) != NULL) return 105;
  if (tfhub_resolve("/no/such/path", NULL, NULL) != NULL) return 106;
  char* again = must("resolve again", tfhub_resolve(argv[3], options, status), status);
  if (strcmp(again, path) != 0) return 107;
  if (calls == 0) return 108;

  printf("%s %s %s\n", name, path, tfhub_version());
  tfhub_string_free(name);
  tfhub_string_free(path);
  tfhub_string_free(pulled);
  tfhub_string_free(inside);
  tfhub_string_free(again);
  tfhub_string_free(NULL);
  tfhub_options_free(options);
  tfhub_status_free(status);
  return 0;
}
