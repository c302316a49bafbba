/* The models of tfhub/c_api.h, with what comes out printed: several_c SEVERAL. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tfhub/c_api.h>

static void check(int good, const char* what, const tfhub_status* status) {
  if (good) return;
  fprintf(stderr, "not so: %s (%s)\n", what, tfhub_status_message(status));
  exit(101);
}

static void print_shape(const char* name, const tfhub_tensor* tensor) {
  printf("%s %s", name, tfhub_tensor_dtype(tensor));
  for (size_t i = 0; i < tfhub_tensor_rank(tensor); ++i)
    printf(" %lld", (long long)tfhub_tensor_shape(tensor)[i]);
  printf(":");
}

int main(int argc, char** argv) {
  if (argc != 2) return TFHUB_USAGE;
  tfhub_status* status = tfhub_status_new();
  tfhub_options* options = tfhub_options_new();
  tfhub_options_set_tags(options, "serve");
  tfhub_options_set_io_device(options, "/job:localhost");
  tfhub_model* model = tfhub_load(argv[1], options, status);
  check(model != NULL, "the model is loaded", status);
  char* signatures = tfhub_model_signatures(model, status);
  check(signatures != NULL, "it has signatures", status);
  puts(signatures);

  const int64_t matrix[] = {3, 2}, two = 2;
  const float x[] = {1, 2, 3, 4, 5, 6};
  const int32_t n = 3;
  const char* const strings[] = {"one", "four and more"};
  const size_t sizes[] = {3, 4};
  tfhub_tensor* inputs[] = {tfhub_tensor_new("float32", matrix, 2, x, sizeof x, status),
                            tfhub_tensor_new("int32", NULL, 0, &n, sizeof n, status),
                            tfhub_tensor_new_strings(&two, 1, strings, sizes, 2, status)};
  const char* const input_names[] = {"x", "n", "words"};
  const char* const output_names[] = {"scaled", "shouted", "long"};
  tfhub_tensor* outputs[3];
  const int code = tfhub_model_run(model, "serving_default", input_names, (const tfhub_tensor* const*)inputs,
                                   3, output_names, outputs, 3, status);
  check(code == TFHUB_OK, "it runs", status);

  print_shape("scaled", outputs[0]);
  const float* scaled = tfhub_tensor_data(outputs[0]);
  for (size_t i = 0; i < tfhub_tensor_count(outputs[0]); ++i) printf(" %g", scaled[i]);
  print_shape("\nshouted", outputs[1]);
  for (size_t i = 0; i < tfhub_tensor_count(outputs[1]); ++i) {
    size_t size = 0;
    const char* text = tfhub_tensor_string(outputs[1], i, &size);
    check(strlen(text) == size, "a string ends where it says", status);
    printf(" %s", text);
  }
  print_shape("\nlong", outputs[2]);
  const unsigned char* flags = tfhub_tensor_data(outputs[2]);
  for (size_t i = 0; i < tfhub_tensor_size(outputs[2]); ++i) printf(" %d", flags[i]);
  puts("");

  for (size_t i = 0; i < 3; ++i) tfhub_tensor_free(outputs[i]);
  const char* const unknown[] = {"scaled", "none"};
  check(tfhub_model_run(model, "serving_default", input_names, (const tfhub_tensor* const*)inputs, 3, unknown,
                        outputs, 2, status) == TFHUB_USAGE,
        "an unknown output is refused", status);
  check(outputs[0] == NULL && outputs[1] == NULL, "a failure gives no tensor", status);
  puts(tfhub_status_message(status));
  check(tfhub_model_run(model, "serving_default", input_names, (const tfhub_tensor* const*)inputs, 2,
                        output_names, outputs, 3, NULL) == TFHUB_USAGE,
        "a missing input is refused", status);

  for (size_t i = 0; i < 3; ++i) tfhub_tensor_free(inputs[i]);
  tfhub_string_free(signatures);
  tfhub_model_free(model);
  tfhub_options_free(options);
  tfhub_status_free(status);
  return 0;
}
