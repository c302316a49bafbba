// hub.http:// and hub.https:// for TensorFlow: its file operations, told to src/hubfs.
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <span>
#include <vector>

#include "base/digest.h"
#include "base/error.h"
#include "base/secrets.h"
#include "base/text.h"
#include "filesystem_interface.h"
#include "hubfs/file_system.h"
#include "status.h"
#include "transfer/curl_library.h"

namespace tfhub::tensorflow {
namespace {

// One for both schemes, from the first use to the end of the process: TensorFlow never ends a file system,
// and its threads may read until the very end.
Result<hubfs::FileSystem*> file_system() {
  static std::mutex mutex;
  static hubfs::FileSystem* made = nullptr;
  const std::lock_guard lock(mutex);
  if (made != nullptr) return made;
  TFHUB_ASSIGN(auto fresh, hubfs::FileSystem::from_settings());
  // What OpenSSL and libcurl do at exit must come after our threads have stopped, so they are told first.
  (void)Sha256::of({});
  (void)transfer::curl_library();
  made = fresh.release();
  (void)std::atexit([] { made->stop(); });
  return made;
}

std::span<std::byte> writable(char* buffer, size_t size) {
  return std::as_writable_bytes(std::span(buffer, size));
}

void* allocate(size_t size) {
  return std::malloc(size);
}

// For TensorFlow, which frees it.
char* copy_of(std::string_view text) {
  char* const copy = static_cast<char*>(allocate(text.size() + 1));
  if (copy == nullptr) throw std::bad_alloc();
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  return copy;
}

void init(TF_Filesystem* filesystem, TF_Status* status) {
  filesystem->plugin_filesystem = nullptr;
  set_status(status, TF_OK);
}

void cleanup(TF_Filesystem*) {}

void open_file(const TF_Filesystem*, const char* path, TF_RandomAccessFile* file, TF_Status* status) {
  file->plugin_file =
      answer(status, static_cast<hubfs::FileReader*>(nullptr), [&]() -> Result<hubfs::FileReader*> {
        TFHUB_ASSIGN(hubfs::FileSystem* const files, file_system());
        TFHUB_ASSIGN(auto reader, files->open(path));
        return reader.release();
      });
}

void close_file(TF_RandomAccessFile* file) {
  delete static_cast<hubfs::FileReader*>(file->plugin_file);
}

int64_t read_file(const TF_RandomAccessFile* file, uint64_t offset, size_t size, char* buffer,
                  TF_Status* status) {
  auto& reader = *static_cast<hubfs::FileReader*>(file->plugin_file);
  const int64_t got = answer(status, int64_t{-1}, [&]() -> Result<int64_t> {
    TFHUB_ASSIGN(const size_t read, reader.read(offset, writable(buffer, size)));
    return static_cast<int64_t>(read);
  });
  if (got >= 0 && static_cast<size_t>(got) < size) set_status(status, TF_OUT_OF_RANGE, "the file ends here");
  return got;
}

// A file in memory, for the operations that want all of it as one constant, aligned as their tensors are.
struct Region {
  struct alignas(64) Line {
    char bytes[64];
  };
  explicit Region(uint64_t length) : lines((length + sizeof(Line) - 1) / sizeof(Line)), size(length) {}
  char* data() { return reinterpret_cast<char*>(lines.data()); }

  std::vector<Line> lines;
  uint64_t size;
};

void open_region(const TF_Filesystem*, const char* path, TF_ReadOnlyMemoryRegion* region, TF_Status* status) {
  region->plugin_memory_region = nullptr;
  std::unique_ptr<Region> content(answer(status, static_cast<Region*>(nullptr), [&]() -> Result<Region*> {
    TFHUB_ASSIGN(hubfs::FileSystem* const files, file_system());
    TFHUB_ASSIGN(const auto reader, files->open(path));
    auto whole = std::make_unique<Region>(reader->size());
    TFHUB_TRY(reader->read(0, writable(whole->data(), whole->size)));
    return whole.release();
  }));
  if (content != nullptr && content->size == 0)
    return set_status(status, TF_INVALID_ARGUMENT, "an empty file cannot be a region of memory");
  region->plugin_memory_region = content.release();
}

void close_region(TF_ReadOnlyMemoryRegion* region) {
  delete static_cast<Region*>(region->plugin_memory_region);
}

const void* data_of(const TF_ReadOnlyMemoryRegion* region) {
  return static_cast<Region*>(region->plugin_memory_region)->data();
}

uint64_t length_of(const TF_ReadOnlyMemoryRegion* region) {
  return static_cast<const Region*>(region->plugin_memory_region)->size;
}

TF_FileStatistics status_of(const char* path, TF_Status* status) {
  return answer(status, TF_FileStatistics{}, [&]() -> Result<TF_FileStatistics> {
    TFHUB_ASSIGN(hubfs::FileSystem* const files, file_system());
    TFHUB_ASSIGN(const auto found, files->stat(path));
    // A version never changes: any time will do, if it is always the same.
    return TF_FileStatistics{
        .length = static_cast<int64_t>(found.size), .mtime_nsec = 0, .is_directory = found.is_directory};
  });
}

void path_exists(const TF_Filesystem*, const char* path, TF_Status* status) {
  (void)status_of(path, status);
}

void stat_path(const TF_Filesystem*, const char* path, TF_FileStatistics* statistics, TF_Status* status) {
  *statistics = status_of(path, status);
}

int list_directory(const TF_Filesystem*, const char* path, char*** entries, TF_Status* status) {
  *entries = nullptr;
  return answer(status, -1, [&]() -> Result<int> {
    TFHUB_ASSIGN(hubfs::FileSystem* const files, file_system());
    TFHUB_ASSIGN(const auto names, files->list(path));
    *entries = static_cast<char**>(allocate(names.size() * sizeof(char*)));
    if (*entries == nullptr && !names.empty()) throw std::bad_alloc();
    for (size_t i = 0; i < names.size(); ++i) (*entries)[i] = copy_of(names[i]);
    return static_cast<int>(names.size());
  });
}

char* normal_name(const TF_Filesystem*, const char* path) {
  return copy_of(hubfs::normal_path(path));
}

// Every operation that would change something; `Between` are its arguments between path and status.
template <typename... Between>
void refuse(const TF_Filesystem*, const char* path, Between..., TF_Status* status) {
  set_status(status,
             Error(Code::kNotAllowed, printable(redacted(path)) +
                                          " lies in a hub, where nothing is changed in place; write to a "
                                          "directory, and make a new version of it with `tfhub publish`"));
}

void refuse_recursively(const TF_Filesystem* filesystem, const char* path, uint64_t* undeleted_files,
                        uint64_t* undeleted_dirs, TF_Status* status) {
  *undeleted_files = 0;
  *undeleted_dirs = 1;  // as the interface wants it of what could not begin
  refuse<>(filesystem, path, status);
}

TF_FilesystemOps filesystem_operations() {
  TF_FilesystemOps operations{};
  operations.init = init;
  operations.cleanup = cleanup;
  operations.new_random_access_file = open_file;
  operations.new_writable_file = refuse<TF_WritableFile*>;
  operations.new_appendable_file = refuse<TF_WritableFile*>;
  operations.new_read_only_memory_region_from_file = open_region;
  operations.create_dir = refuse<>;
  operations.recursively_create_dir = refuse<>;
  operations.delete_file = refuse<>;
  operations.delete_dir = refuse<>;
  operations.delete_recursively = refuse_recursively;
  operations.rename_file = refuse<const char*>;
  operations.copy_file = refuse<const char*>;
  operations.path_exists = path_exists;
  operations.stat = stat_path;
  operations.translate_name = normal_name;
  operations.get_children = list_directory;
  return operations;
}

// For TensorFlow, which copies it and frees ours.
template <typename Operations>
Operations* given(const Operations& operations) {
  auto* const copy = static_cast<Operations*>(allocate(sizeof(Operations)));
  if (copy == nullptr) throw std::bad_alloc();
  return new (copy) Operations(operations);
}

}  // namespace
}  // namespace tfhub::tensorflow

void TF_InitPlugin(tfhub::tensorflow::TF_FilesystemPluginInfo* info) {
  using namespace tfhub::tensorflow;
  info->plugin_memory_allocate = allocate;
  info->plugin_memory_free = std::free;
  info->num_schemes = 0;
  if (!find_tensorflow()) return;
  constexpr const char* kSchemes[] = {"hub.http", "hub.https"};
  info->ops = static_cast<TF_FilesystemPluginOps*>(allocate(std::size(kSchemes) * sizeof *info->ops));
  if (info->ops == nullptr) return;
  for (const char* scheme : kSchemes) {
    TF_FilesystemPluginOps& ops = info->ops[info->num_schemes++];
    ops = {};  // ABI and API 0
    ops.scheme = copy_of(scheme);
    ops.filesystem_ops_size = sizeof(TF_FilesystemOps);
    ops.filesystem_ops = given(filesystem_operations());
    ops.random_access_file_ops_size = sizeof(TF_RandomAccessFileOps);
    ops.random_access_file_ops = given(TF_RandomAccessFileOps{.cleanup = close_file, .read = read_file});
    ops.writable_file_ops_size = sizeof(TF_WritableFileOps);
    ops.writable_file_ops = given(TF_WritableFileOps{.cleanup = [](TF_WritableFile*) {}});
    ops.read_only_memory_region_ops_size = sizeof(TF_ReadOnlyMemoryRegionOps);
    ops.read_only_memory_region_ops =
        given(TF_ReadOnlyMemoryRegionOps{.cleanup = close_region, .data = data_of, .length = length_of});
  }
}
