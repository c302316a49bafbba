/* Runs the signature "serving_default" of a model that multiplies floats: run HANDLE INPUT OUTPUT NUMBER...
 */
#include <stdio.h>
#include <stdlib.h>
#include <tfhub/c_api.h>

static int multiply(const tfhub_model* model, const char* input, const char* output,
                    const tfhub_tensor* numbers, tfhub_status* status) {
  tfhub_tensor* result = NULL;
  tfhub_model_run(model, "serving_default", &input, &numbers, 1, &output, &result, 1, status);
  if (result == NULL) return tfhub_status_code(status);
  const float* values = tfhub_tensor_data(result);
  for (size_t i = 0; i < tfhub_tensor_count(result); ++i) printf("%g\n", values[i]);
  tfhub_tensor_free(result);
  return TFHUB_OK;
}

int main(int argc, char** argv) {
  if (argc < 5) {
    fprintf(stderr, "usage: run HANDLE INPUT OUTPUT NUMBER...\n");
    return TFHUB_USAGE;
  }
  const int64_t count = argc - 4;
  float* numbers = malloc((size_t)count * sizeof *numbers);
  if (numbers == NULL) return TFHUB_UNEXPECTED;
  for (int64_t i = 0; i < count; ++i) numbers[i] = strtof(argv[4 + i], NULL);

  tfhub_status* status = tfhub_status_new();
  tfhub_tensor* input =
      tfhub_tensor_new("float32", &count, 1, numbers, (size_t)count * sizeof *numbers, status);
  tfhub_model* model = tfhub_load(argv[1], NULL, status);
  int code = model != NULL ? multiply(model, argv[2], argv[3], input, status) : tfhub_status_code(status);
  if (code != TFHUB_OK) fprintf(stderr, "%s\n", tfhub_status_message(status));
  tfhub_model_free(model);
  tfhub_tensor_free(input);
  tfhub_status_free(status);
  free(numbers);
  return code;
}
