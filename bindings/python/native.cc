// tfhub._native: include/tfhub/hub.h for tfhub/*.py, which give it its types, defaults and documentation.
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>

#include "base/text.h"
#include "call.h"
#include "client/in_place.h"
#include "client/resolve.h"

namespace tfhub::python {
namespace {

namespace nb = nanobind;

double seconds_since_1970(std::chrono::system_clock::time_point time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

std::string resolve(const std::string& handle, const std::string& cache_dir, const std::string& load_format,
                    const nb::object& progress) {
  ResolveOptions options{.cache_dir = cache_dir, .load_format = load_format, .progress = {}};
  const auto at_once = [&] {
    const nb::gil_scoped_release release;
    return client::resolve_at_once(handle, options);
  }();
  if (!at_once) raise(at_once.error());
  if (*at_once) return **at_once;  // a thread would cost more than the hit
  return value_of(progress, [&](const ProgressFunction& tell) {
    options.progress = tell;
    return tfhub::resolve(handle, options);
  });
}

std::string pull(const std::string& handle, const std::string& cache_dir, const std::string& output,
                 const std::string& format, bool force, const nb::object& progress) {
  return value_of(progress, [&](const ProgressFunction& tell) {
    return tfhub::pull(
        handle,
        {.cache_dir = cache_dir, .output = output, .format = format, .force = force, .progress = tell});
  });
}

std::string inspect(const std::string& handle, const std::string& cache_dir, const std::string& format,
                    const nb::object& progress) {
  return value_of(progress, [&](const ProgressFunction& tell) {
    return tfhub::inspect(handle, {.cache_dir = cache_dir, .format = format, .progress = tell});
  });
}

nb::tuple publish(const std::string& path, const std::string& name, const std::string& store,
                  const std::string& document, unsigned threads, const nb::object& progress) {
  const Published published = value_of(progress, [&](const ProgressFunction& tell) {
    return tfhub::publish(path, name,
                          {.store = store, .document = document, .threads = threads, .progress = tell});
  });
  return nb::make_tuple(published.name, published.kind, published.store, published.archive_size,
                        published.archive_sha256, published.files, published.size, published.already_there);
}

nb::list damage_list(const std::vector<CacheDamage>& damage) {
  nb::list list;
  for (const CacheDamage& one : damage) list.append(nb::make_tuple(one.handle, one.path, one.what));
  return list;
}

nb::list cache_list(const std::string& cache_dir) {
  nb::list list;
  for (const CacheEntry& entry :
       value_of(nb::none(), [&](const ProgressFunction&) { return tfhub::cache_list(cache_dir); }))
    list.append(nb::make_tuple(entry.handle, entry.path, entry.state, entry.alias_of, entry.size, entry.files,
                               seconds_since_1970(entry.downloaded), seconds_since_1970(entry.used)));
  return list;
}

nb::list cache_verify(const std::string& handle, const std::string& cache_dir) {
  return damage_list(
      value_of(nb::none(), [&](const ProgressFunction&) { return tfhub::cache_verify(handle, cache_dir); }));
}

void cache_remove(const std::string& handle, const std::string& cache_dir) {
  value_of(nb::none(), [&](const ProgressFunction&) { return tfhub::cache_remove(handle, cache_dir); });
}

nb::tuple cache_prune(std::optional<uint64_t> max_size, std::optional<int64_t> older_than, bool dry_run,
                      const std::string& cache_dir) {
  CachePruneOptions options{.max_size = max_size, .older_than = {}, .dry_run = dry_run};
  if (older_than) options.older_than = std::chrono::seconds(*older_than);
  const CachePruned pruned =
      value_of(nb::none(), [&](const ProgressFunction&) { return tfhub::cache_prune(options, cache_dir); });
  return nb::make_tuple(damage_list(pruned.removed), pruned.freed);
}

std::string in_place_path(const std::string& handle) {
  return value_of(nb::none(), [&](const ProgressFunction&) { return client::in_place_path(handle); });
}

std::optional<int64_t> parse_duration(std::string_view text) {
  const auto duration = tfhub::parse_duration(text);
  return duration ? std::optional<int64_t>(duration->count()) : std::nullopt;
}

}  // namespace
}  // namespace tfhub::python

NB_MODULE(_native, module) {
  using namespace tfhub::python;
  using namespace nb::literals;
  module.attr("version") = std::string(tfhub::version());
  const auto progress = nb::arg("progress").none();
  module.def("resolve", &resolve, "handle"_a, "cache_dir"_a, "load_format"_a, progress);
  module.def("pull", &pull, "handle"_a, "cache_dir"_a, "output"_a, "format"_a, "force"_a, progress);
  module.def("inspect", &inspect, "handle"_a, "cache_dir"_a, "format"_a, progress);
  module.def("publish", &publish, "path"_a, "name"_a, "store"_a, "document"_a, "threads"_a, progress);
  module.def("in_place_path", &in_place_path, "handle"_a);
  module.def("cache_directory", &tfhub::cache_directory);
  module.def("cache_list", &cache_list);
  module.def("cache_verify", &cache_verify);
  module.def("cache_remove", &cache_remove);
  module.def("cache_prune", &cache_prune);
  module.def("parse_size", &tfhub::parse_size);
  module.def("parse_duration", &parse_duration);
}
