// include/tfhub/c_api.h over include/tfhub/hub.h.
#include "tfhub/c_api.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <string>

#include "call.h"
#include "tfhub/hub.h"

namespace {

using tfhub::c::absent;
using tfhub::c::defaults;
using tfhub::c::guarded_string;
using tfhub::c::progress_of;

static_assert(TFHUB_OFFLINE == static_cast<int>(tfhub::Code::kOffline));
static_assert(TFHUB_CORRUPT == static_cast<int>(tfhub::Code::kCorrupt));

std::string text(const char* string) {
  return string != nullptr ? std::string(string) : std::string();
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
  if (options == nullptr) return;
  options->cache_dir = text(directory);
}
void tfhub_options_set_load_format(tfhub_options* options, const char* format) {
  if (options == nullptr) return;
  options->load_format = text(format);
}
void tfhub_options_set_output(tfhub_options* options, const char* path) {
  if (options == nullptr) return;
  options->output = text(path);
}
void tfhub_options_set_format(tfhub_options* options, const char* format) {
  if (options == nullptr) return;
  options->format = text(format);
}
void tfhub_options_set_force(tfhub_options* options, int force) {
  if (options == nullptr) return;
  options->force = force != 0;
}
void tfhub_options_set_store(tfhub_options* options, const char* store) {
  if (options == nullptr) return;
  options->store = text(store);
}
void tfhub_options_set_tags(tfhub_options* options, const char* tags) {
  if (options == nullptr) return;
  options->tags.clear();
  for (std::string_view rest = tags != nullptr ? tags : ""; !rest.empty();) {
    const size_t end = std::min(rest.find(','), rest.size());
    options->tags.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}
void tfhub_options_set_io_device(tfhub_options* options, const char* device) {
  if (options == nullptr) return;
  options->io_device = text(device);
}
void tfhub_options_set_progress(tfhub_options* options, tfhub_progress function, void* user_data) {
  if (options == nullptr) return;
  options->progress = function;
  options->progress_data = user_data;
}

char* tfhub_resolve(const char* handle, const tfhub_options* options, tfhub_status* status) {
  return guarded_string(status, [&]() -> tfhub::Result<std::string> {
    if (handle == nullptr) return absent("the handle");
    const tfhub_options& given = options != nullptr ? *options : defaults();
    return tfhub::resolve(
        handle,
        {.cache_dir = given.cache_dir, .load_format = given.load_format, .progress = progress_of(given)});
  });
}

char* tfhub_pull(const char* handle, const tfhub_options* options, tfhub_status* status) {
  return guarded_string(status, [&]() -> tfhub::Result<std::string> {
    if (handle == nullptr) return absent("the handle");
    const tfhub_options& given = options != nullptr ? *options : defaults();
    return tfhub::pull(handle, {.cache_dir = given.cache_dir,
                                .output = given.output,
                                .format = given.format,
                                .force = given.force,
                                .progress = progress_of(given)});
  });
}

char* tfhub_inspect(const char* handle_or_path, const tfhub_options* options, tfhub_status* status) {
  return guarded_string(status, [&]() -> tfhub::Result<std::string> {
    if (handle_or_path == nullptr) return absent("the handle");
    const tfhub_options& given = options != nullptr ? *options : defaults();
    return tfhub::inspect(
        handle_or_path,
        {.cache_dir = given.cache_dir, .format = given.format, .progress = progress_of(given)});
  });
}

char* tfhub_publish(const char* path, const char* name, const tfhub_options* options, tfhub_status* status) {
  return guarded_string(status, [&]() -> tfhub::Result<std::string> {
    if (path == nullptr) return absent("the path");
    if (name == nullptr) return absent("the name");
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
