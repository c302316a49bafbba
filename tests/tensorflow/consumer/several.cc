// The whole of tfhub/saved_model.h on the models `several` and `counter` of tf_cases.py, with what it makes
// of the inputs printed line by line: several_cpp SEVERAL COUNTER.
#include <tfhub/saved_model.h>

#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <thread>

namespace {

constexpr int kThreads = 8, kRuns = 50;

void check(bool good, const char* what) {
  if (good) return;
  std::cerr << "not so: " << what << "\n";
  std::exit(101);
}

template <typename T>
T must(const char* what, tfhub::Result<T> result) {
  if (result) return std::move(*result);
  std::cerr << what << ": " << result.error().message() << "\n";
  std::exit(static_cast<int>(result.error().code()));
}

template <typename T>
void print(const char* name, const tfhub::Tensor& tensor) {
  std::cout << name << " " << tensor.dtype();
  for (const int64_t size : tensor.shape()) std::cout << " " << size;
  std::cout << ":";
  for (const T& value : tensor.values<T>()) std::cout << " " << value;
  std::cout << "\n";
}

tfhub::Tensors inputs_for(int32_t n, int64_t batch) {
  std::vector<float> x;
  for (int64_t i = 0; i < 2 * batch; ++i) x.push_back(static_cast<float>(i + 1));
  return {{"x", tfhub::Tensor::of<float>({batch, 2}, std::move(x))},
          {"n", tfhub::Tensor::of<int32_t>({}, {n})},
          {"words", tfhub::Tensor::of<std::string>({2}, {"one", "four"})}};
}

// Every thread has inputs of its own: an answer to another one's is seen.
void run_from_many_threads(const tfhub::SavedModel& model) {
  std::vector<std::thread> threads;
  for (int32_t n = 1; n <= kThreads; ++n)
    threads.emplace_back([&model, n] {
      const tfhub::Tensors inputs = inputs_for(n, n);
      for (int i = 0; i < kRuns; ++i) {
        const tfhub::Tensors outputs = must("run", model.run("serving_default", inputs));
        const tfhub::Tensor& scaled = outputs.at("scaled");
        check(scaled.shape() == std::vector<int64_t>{n, 2}, "the batch's size");
        check(scaled.values<float>().back() == static_cast<float>(2 * n * n), "the thread's own values");
        check(outputs.at("shouted").values<std::string>()[1] == "FOUR", "the thread's strings");
      }
    });
  for (std::thread& thread : threads) thread.join();
}

void count_from_many_threads(const tfhub::SavedModel& counter) {
  const tfhub::Tensors one{{"by", tfhub::Tensor::of<int64_t>({}, {1})}};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&] {
      for (int run = 0; run < kRuns; ++run) must("count", counter.run("serving_default", one));
    });
  for (std::thread& thread : threads) thread.join();
  const auto last = must("count", counter.run("serving_default", one));
  print<int64_t>("count", last.at("count"));
}

}  // namespace

int main(int argc, char** argv) {
  check(argc == 3, "two models are given");
  tfhub::Tensor kept;
  {
    tfhub::LoadOptions options;
    options.tags = {"serve"};
    options.io_device = "/job:localhost";
    const tfhub::SavedModel model = must("load", tfhub::load(argv[1], options));
    check(model.signatures().at("serving_default").inputs.at("x").shape == std::vector<int64_t>{-1, 2},
          "x's shape");
    const tfhub::Tensors outputs = must("run", model.run("serving_default", inputs_for(3, 3)));
    print<float>("scaled", outputs.at("scaled"));
    print<float>("sum", outputs.at("sum"));
    print<int64_t>("large", outputs.at("large"));
    print<std::string>("shouted", outputs.at("shouted"));
    print<bool>("long", outputs.at("long"));

    // What comes out goes in again.
    tfhub::Tensors again = inputs_for(2, 3);
    again["x"] = outputs.at("scaled");
    print<float>("again", must("run again", model.run("serving_default", again)).at("scaled"));
    run_from_many_threads(model);
    kept = outputs.at("scaled");

    tfhub::Tensors wrong = inputs_for(3, 3);
    wrong["n"] = tfhub::Tensor::of<int64_t>({}, {3});
    const auto refused = model.run("serving_default", wrong);
    check(!refused && refused.error().code() == tfhub::Code::kUsage, "another type is refused");
    std::cout << refused.error().message() << "\n";
  }
  print<float>("kept", kept);  // a tensor outlives the model that it came from
  try {
    kept.values<double>();
    check(false, "another type throws");
  } catch (const std::invalid_argument&) {
  }
  count_from_many_threads(must("load the counter", tfhub::load(argv[2])));

  tfhub::LoadOptions options;
  options.tags = {"gpu"};
  const auto tags = tfhub::load(argv[1], options);
  check(!tags && tags.error().code() == tfhub::Code::kUsage, "tags that no graph has");
  std::cout << tags.error().message() << "\n";
}
