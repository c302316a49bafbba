/* Prints the path of a model, fetched into the cache if it is not there. */
#include <stdio.h>
#include <tfhub/c_api.h>

int main(int argc, char** argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: resolve HANDLE\n");
    return TFHUB_USAGE;
  }
  tfhub_status* status = tfhub_status_new();
  char* path = tfhub_resolve(argv[1], NULL, status);
  int code = tfhub_status_code(status);
  if (path != NULL)
    puts(path);
  else
    fprintf(stderr, "%s\n", tfhub_status_message(status));
  tfhub_string_free(path);
  tfhub_status_free(status);
  return code;
}
