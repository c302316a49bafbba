// Every call of tfhub/hub.h once: consumer_cpp MODEL_DIRECTORY STORE HANDLE CACHE OUTPUT TFJS_DIRECTORY.
// Exits with the code of the first call that fails, after telling which.
#include <tfhub/hub.h>

#include <iostream>
#include <string>
#include <thread>
#include <vector>

namespace {

template <typename T>
void must(const char* what, const tfhub::Result<T>& result) {
  if (result.has_value()) return;
  std::cerr << what << ": " << result.error().message() << "\n";
  std::exit(static_cast<int>(result.error().code()));
}

}  // namespace

int main(int, char** argv) {
  const std::string directory = argv[1], store = argv[2], handle = argv[3], cache = argv[4], output = argv[5];

  tfhub::PublishOptions publish;
  publish.store = store;
  const auto published = tfhub::publish(directory, "acme/consumer/1", publish);
  must("publish", published);

  tfhub::ResolveOptions options;
  options.cache_dir = cache;
  std::vector<std::string> paths(8);
  std::vector<std::thread> threads;
  for (auto& path : paths)
    threads.emplace_back([&] {
      const auto result = tfhub::resolve(handle, options);
      must("resolve", result);
      path = result.value();
    });
  for (auto& thread : threads) thread.join();
  for (const auto& path : paths)
    if (path != paths[0]) return 101;

  tfhub::PullOptions pull;
  pull.cache_dir = cache;
  pull.output = output;
  must("pull", tfhub::pull(handle, pull));

  tfhub::InspectOptions inspect;
  inspect.cache_dir = cache;
  const auto inside = tfhub::inspect(argv[6], inspect);
  must("inspect", inside);
  if (inside->find("\"kind\": \"tfjs\"") == std::string::npos) return 107;

  const auto missing = tfhub::resolve(handle + "000", options);
  if (missing || missing.error().code() != tfhub::Code::kNotFound || missing.error().message().empty())
    return 102;

  const auto listed = tfhub::cache_list(cache);
  must("cache_list", listed);
  if (listed->size() != 1 || listed->front().handle != handle || listed->front().path != paths[0]) return 103;
  const auto damage = tfhub::cache_verify({}, cache);
  must("cache_verify", damage);
  if (!damage->empty()) return 104;
  must("cache_prune", tfhub::cache_prune({}, cache));
  must("cache_remove", tfhub::cache_remove(handle, cache));
  if (!tfhub::cache_list(cache)->empty()) return 105;
  if (tfhub::cache_directory(cache) != cache) return 106;

  std::cout << published->name << " " << published->kind << " " << paths[0] << " " << tfhub::version()
            << "\n";
}
