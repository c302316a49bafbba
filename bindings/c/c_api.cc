// include/tfhub/c_api.h over include/tfhub/hub.h. No exception leaves: what is thrown (memory, a caller's
// progress function) becomes a status.
#include "tfhub/c_api.h"

#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <string>

#include "tfhub/hub.h"

struct tfhub_status {
  tfhub::Error error{tfhub::Code::kOk, {}};
};

struct tfhub_options {
  std::string cache_dir, load_format, output, format, store;
  bool force = false;
  tfhub_progress progress = nullptr;
  void* progress_data = nullptr;
};

namespace {

static_assert(TFHUB_OFFLINE == static_cast<int>(tfhub::Code::kOffline));
static_assert(TFHUB_CORRUPT == static_cast<int>(tfhub::Code::kCorrupt));

const tfhub_options& defaults() {
  static const tfhub_options options;
  return options;
}

std::string text(const char* string) {
  return string != nullptr ? std::string(string) : std::string();
}

void set(tfhub_status* status, tfhub::Error error) noexcept {
  if (status != nullptr) status->error = std::move(error);
}

tfhub::ProgressFunction progress_of(const tfhub_options& options) {
  if (options.progress == nullptr) return {};
  return [&options](std::string_view what, uint64_t done, std::optional<uint64_t> total) {
    options.progress(std::string(what).c_str(), done, total.value_or(0), options.progress_data);
  };
}

// Runs `call`, which gives a Result<std::string>, and hands its value or its error over to C.
template <typename Call>
char* guarded(tfhub_status* status, Call call) noexcept {
  try {
    set(status, tfhub::Error(tfhub::Code::kOk, {}));
    tfhub::Result<std::string> result = call();
    if (!result) {
      set(status, std::move(result).error());
      return nullptr;
    }
    const std::string& value = *result;
    char* copy = static_cast<char*>(std::malloc(value.size() + 1));
    if (copy == nullptr) throw std::bad_alloc();
    std::memcpy(copy, value.c_str(), value.size() + 1);
    return copy;
  } catch (const std::bad_alloc&) {
    set(status, tfhub::Error(tfhub::Code::kUnexpected, "no memory"));  // short enough to need none
  } catch (const std::exception& error) {
    set(status, tfhub::Error(tfhub::Code::kUnexpected, error.what()));
  } catch (...) {
    set(status, tfhub::Error(tfhub::Code::kUnexpected, "unknown"));
  }
  return nullptr;
}

tfhub::Result<std::string> missing(const char* what) {
  return tl::unexpected(tfhub::Error(tfhub::Code::kUsage, std::string(what) + " is NULL; give a string"));
}

}  // namespace

extern "C" {

tfhub_status* tfhub_status_new(void) {
  return new (std::nothrow) tfhub_status;
}
int tfhub_status_code(const tfhub_status* status) {
  return status != nullptr ? static_cast<int>(status->error.code()) : TFHUB_OK;
}
const char* tfhub_status_message(const tfhub_status* status) {
  return status != nullptr ? status->error.message().c_str() : "";
}
const char* tfhub_status_cause(const tfhub_status* status, size_t index) {
  if (status == nullptr || index >= status->error.chain().size()) return nullptr;
  return status->error.chain()[index].c_str();
}
void tfhub_status_free(tfhub_status* status) {
  delete status;
}

tfhub_options* tfhub_options_new(void) {
  return new (std::nothrow) tfhub_options;
}
void tfhub_options_free(tfhub_options* options) {
  delete options;
}
void tfhub_options_set_cache_dir(tfhub_options* options, const char* directory) {
  options->cache_dir = text(directory);
}
void tfhub_options_set_load_format(tfhub_options* options, const char* format) {
  options->load_format = text(format);
}
void tfhub_options_set_output(tfhub_options* options, const char* path) {
  options->output = text(path);
}
void tfhub_options_set_format(tfhub_options* options, const char* format) {
  options->format = text(format);
}
void tfhub_options_set_force(tfhub_options* options, int force) {
  options->force = force != 0;
}
void tfhub_options_set_store(tfhub_options* options, const char* store) {
  options->store = text(store);
}
void tfhub_options_set_progress(tfhub_options* options, tfhub_progress function, void* user_data) {
  options->progress = function;
  options->progress_data = user_data;
}

char* tfhub_resolve(const char* handle, const tfhub_options* options, tfhub_status* status) {
  return guarded(status, [&]() -> tfhub::Result<std::string> {
    if (handle == nullptr) return missing("the handle");
    const tfhub_options& given = options != nullptr ? *options : defaults();
    return tfhub::resolve(
        handle,
        {.cache_dir = given.cache_dir, .load_format = given.load_format, .progress = progress_of(given)});
  });
}

char* tfhub_pull(const char* handle, const tfhub_options* options, tfhub_status* status) {
  return guarded(status, [&]() -> tfhub::Result<std::string> {
    if (handle == nullptr) return missing("the handle");
    const tfhub_options& given = options != nullptr ? *options : defaults();
    return tfhub::pull(handle, {.cache_dir = given.cache_dir,
                                .output = given.output,
                                .format = given.format,
                                .force = given.force,
                                .progress = progress_of(given)});
  });
}

char* tfhub_inspect(const char* handle_or_path, const tfhub_options* options, tfhub_status* status) {
  return guarded(status, [&]() -> tfhub::Result<std::string> {
    if (handle_or_path == nullptr) return missing("the handle");
    const tfhub_options& given = options != nullptr ? *options : defaults();
    return tfhub::inspect(
        handle_or_path,
        {.cache_dir = given.cache_dir, .format = given.format, .progress = progress_of(given)});
  });
}

char* tfhub_publish(const char* path, const char* name, const tfhub_options* options, tfhub_status* status) {
  return guarded(status, [&]() -> tfhub::Result<std::string> {
    if (path == nullptr) return missing("the path");
    if (name == nullptr) return missing("the name");
    const tfhub_options& given = options != nullptr ? *options : defaults();
    tfhub::PublishOptions publish_options;
    publish_options.store = given.store;
    publish_options.progress = progress_of(given);
    auto published = tfhub::publish(path, name, publish_options);
    if (!published) return tl::unexpected(std::move(published).error());
    return std::move(published->name);
  });
}

void tfhub_string_free(char* string) {
  std::free(string);
}
const char* tfhub_version(void) {
  static const std::string version(tfhub::version());
  return version.c_str();
}

}  // extern "C"
