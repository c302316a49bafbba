// basic-pitch loaded and run by tfhub::load(), and by TensorFlow's C API alone as a program would call it, in
// turn in one process: a machine whose speed drifts is the same for both.
//   TFHUB_TENSORFLOW=LIBRARY load_and_run HANDLE DIRECTORY LIBRARY ROUNDS
// Prints the medians, in seconds: to load and run once, ours and bare; one more run, ours and bare.
#include <dlfcn.h>
#include <tfhub/saved_model.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <optional>

#include "tensorflow/c_api.h"

namespace {

using namespace tfhub::tensorflow;

constexpr int64_t kSamples = 43844;  // the input is (1, kSamples, 1) floats
constexpr int kFloat = 1;            // DT_FLOAT
constexpr int kMoreRuns = 30;        // of a loaded model

// What a call of either kind takes and gives: a sound, and the sum of all outputs.
std::vector<float> sound() {
  std::vector<float> samples(kSamples);
  for (size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<float>(i * 7919 % 2001) / 2000 - 0.5F;
  return samples;
}

[[noreturn]] void give_up(const char* why) {
  std::fprintf(stderr, "%s\n", why);
  std::exit(1);
}

template <typename T>
T must(tfhub::Result<T> result) {
  if (!result) give_up(result.error().message().c_str());
  return std::move(*result);
}

class Ours {
 public:
  explicit Ours(const char* handle) : model_(must(tfhub::load(handle))) {}

  double run(std::vector<float> samples) const {
    const auto input = tfhub::Tensor::of<float>({1, kSamples, 1}, std::move(samples));
    const tfhub::Tensors outputs = must(model_.run("serving_default", {{"input_2", input}}));
    double sum = 0;
    for (const char* name : {"contour", "note", "onset"}) {
      const auto values = outputs.at(name).values<float>();
      sum = std::accumulate(values.begin(), values.end(), sum);
    }
    return sum;
  }

 private:
  tfhub::SavedModel model_;
};

template <typename Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) give_up(name);
}

CApi open(const char* path) {
  void* library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) give_up(dlerror());
  CApi api{};
  find(library, "TF_NewStatus", api.NewStatus);
  find(library, "TF_DeleteStatus", api.DeleteStatus);
  find(library, "TF_GetCode", api.GetCode);
  find(library, "TF_Message", api.Message);
  find(library, "TF_NewGraph", api.NewGraph);
  find(library, "TF_DeleteGraph", api.DeleteGraph);
  find(library, "TF_GraphOperationByName", api.GraphOperationByName);
  find(library, "TF_NewSessionOptions", api.NewSessionOptions);
  find(library, "TF_DeleteSessionOptions", api.DeleteSessionOptions);
  find(library, "TF_LoadSessionFromSavedModel", api.LoadSessionFromSavedModel);
  find(library, "TF_DeleteSession", api.DeleteSession);
  find(library, "TF_SessionRun", api.SessionRun);
  find(library, "TF_NewTensor", api.NewTensor);
  find(library, "TF_DeleteTensor", api.DeleteTensor);
  find(library, "TF_TensorByteSize", api.TensorByteSize);
  find(library, "TF_TensorData", api.TensorData);
  return api;
}

class Bare {
 public:
  Bare(const CApi& api, const char* directory) : api_(api), status_(api.NewStatus()), graph_(api.NewGraph()) {
    TF_SessionOptions* options = api_.NewSessionOptions();
    const char* tag = "serve";
    session_ = api_.LoadSessionFromSavedModel(options, nullptr, directory, &tag, 1, graph_, nullptr, status_);
    check();
    api_.DeleteSessionOptions(options);
    input_ = {api_.GraphOperationByName(graph_, "serving_default_input_2"), 0};
    TF_Operation* call = api_.GraphOperationByName(graph_, "StatefulPartitionedCall");
    outputs_ = {{{call, 0}, {call, 1}, {call, 2}}};
  }
  ~Bare() {
    api_.DeleteSession(session_, status_);
    api_.DeleteGraph(graph_);
    api_.DeleteStatus(status_);
  }
  Bare(const Bare&) = delete;
  Bare& operator=(const Bare&) = delete;

  double run(std::vector<float> samples) const {
    const std::array<int64_t, 3> shape{1, kSamples, 1};
    TF_Tensor* input = api_.NewTensor(
        kFloat, shape.data(), 3, samples.data(), samples.size() * sizeof(float), [](void*, size_t, void*) {},
        nullptr);
    std::array<TF_Tensor*, 3> outputs{};
    api_.SessionRun(session_, nullptr, &input_, &input, 1, outputs_.data(), outputs.data(), 3, nullptr, 0,
                    nullptr, status_);
    check();
    double sum = 0;
    for (TF_Tensor* output : outputs) {
      const auto* values = static_cast<const float*>(api_.TensorData(output));
      sum = std::accumulate(values, values + api_.TensorByteSize(output) / sizeof(float), sum);
      api_.DeleteTensor(output);
    }
    api_.DeleteTensor(input);
    return sum;
  }

 private:
  void check() const {
    if (api_.GetCode(status_) != TF_OK) give_up(api_.Message(status_));
  }

  const CApi& api_;
  TF_Status* status_;
  TF_Graph* graph_;
  TF_Session* session_ = nullptr;
  TF_Output input_{};
  std::array<TF_Output, 3> outputs_{};
};

using Seconds = std::vector<double>;

template <typename Call>
double timed(Call call, Seconds& into) {
  const auto start = std::chrono::steady_clock::now();
  const double outcome = call();
  into.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  return outcome;
}

double median(Seconds seconds) {
  const auto middle = seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2);
  std::nth_element(seconds.begin(), middle, seconds.end());
  return *middle;
}

template <typename One, typename Other>
void alternate(int turn, One one, Other other) {
  if (turn % 2 == 0) {
    one();
    other();
  } else {
    other();
    one();
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) give_up("usage: load_and_run HANDLE DIRECTORY LIBRARY ROUNDS");
  const CApi api = open(argv[3]);
  const std::vector<float> samples = sound();
  Seconds ours_loaded, bare_loaded, ours_again, bare_again;
  double mine = 0, theirs = 0;
  for (int round = std::atoi(argv[4]); round > 0; --round) {
    std::optional<Ours> ours;
    std::optional<Bare> bare;
    const auto load_ours = [&] {
      mine = timed([&] { return ours.emplace(argv[1]).run(samples); }, ours_loaded);
    };
    const auto load_bare = [&] {
      theirs = timed([&] { return bare.emplace(api, argv[2]).run(samples); }, bare_loaded);
    };
    const auto run_ours = [&] { mine += timed([&] { return ours->run(samples); }, ours_again); };
    const auto run_bare = [&] { theirs += timed([&] { return bare->run(samples); }, bare_again); };
    // Who comes second finds warmer memory, and busier threads.
    alternate(round, load_ours, load_bare);
    for (int i = 0; i < kMoreRuns; ++i) alternate(i, run_ours, run_bare);
    if (mine != theirs) give_up("other values came out");
  }
  std::printf("%.6f %.6f %.6f %.6f\n", median(ours_loaded), median(bare_loaded), median(ours_again),
              median(bare_again));
}
