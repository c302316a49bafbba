// Every setting, declared once: its environment variable, its default and what it means. `tfhub help
// settings`, the README's table and the flags are made from this table; code reads a setting by its constant.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tfhub/result.h"

namespace tfhub {

struct Setting {
  std::string_view environment;  // TFHUB_…
  std::string_view fallback;     // the default, as text; empty: none
  std::string_view meaning;      // one sentence
};

namespace settings {
inline constexpr Setting kCacheDir{"TFHUB_CACHE_DIR", "",
                                   "The cache: a directory (default: tfhub_modules in the temporary "
                                   "directory; tfhub_modules-UID where that is not safely "
                                   "ours), or gs://bucket/path."};
inline constexpr Setting kLoadFormat{"TFHUB_MODEL_LOAD_FORMAT", "AUTO",
                                     "COMPRESSED, UNCOMPRESSED or AUTO, which means COMPRESSED."};
inline constexpr Setting kProgress{"TFHUB_DOWNLOAD_PROGRESS", "",
                                   "Non-empty: show progress, terminal or not."};
inline constexpr Setting kDisableCertValidation{"TFHUB_DISABLE_CERT_VALIDATION", "",
                                                "Exactly 'true': do not check the server's certificate."};
inline constexpr Setting kCaBundle{
    "TFHUB_CA_BUNDLE", "", "A PEM file of the authorities to trust (also SSL_CERT_FILE, CURL_CA_BUNDLE)."};
inline constexpr Setting kOffline{"TFHUB_OFFLINE", "", "1: never use the network."};
inline constexpr Setting kMirrors{
    "TFHUB_MIRRORS", "", "prefix=replacement pairs, comma-separated: fetch from elsewhere, keep the handle."};
inline constexpr Setting kGcsEndpoint{"TFHUB_GCS_ENDPOINT", "https://storage.googleapis.com",
                                      "Where gs:// buckets and archives are."};
inline constexpr Setting kGcsAnonymous{"TFHUB_GCS_ANONYMOUS", "",
                                       "1: use gs:// buckets without credentials."};
inline constexpr Setting kS3Endpoint{
    "TFHUB_S3_ENDPOINT", "", "Where s3:// buckets are (default: Amazon's; also AWS_ENDPOINT_URL_S3)."};
inline constexpr Setting kStore{"TFHUB_STORE", "", "The store to publish into and serve from."};
inline constexpr Setting kListen{"TFHUB_LISTEN", "127.0.0.1:8080",
                                 "The address that `tfhub serve` listens on."};
inline constexpr Setting kLockTimeout{"TFHUB_LOCK_TIMEOUT", "600",
                                      "Seconds a foreign lock may stand without growth of what it fills."};
inline constexpr Setting kConnectTimeout{"TFHUB_CONNECT_TIMEOUT", "10", "Seconds to wait for a connection."};
inline constexpr Setting kStallTimeout{"TFHUB_STALL_TIMEOUT", "60",
                                       "Seconds a transfer may stand still before it counts as cut."};
inline constexpr Setting kMinSpeed{"TFHUB_MIN_SPEED", "1KiB",
                                   "Bytes a second; a transfer that brings less over a minute of waiting "
                                   "counts as cut. 0: any speed will do."};
inline constexpr Setting kStoreTimeout{
    "TFHUB_STORE_TIMEOUT", "10", "Seconds to wait for an answer of a bucket, all tries of it together."};
inline constexpr Setting kHeaderTimeout{
    "TFHUB_HEADER_TIMEOUT", "10",
    "Seconds `tfhub serve` waits for a TLS handshake, a request's whole head, or its body."};
inline constexpr Setting kRetries{"TFHUB_RETRIES", "4", "How often a failed request is tried again."};
inline constexpr Setting kRevalidateTimeout{
    "TFHUB_REVALIDATE_TIMEOUT", "2",
    "Seconds to look up the newest version of an unversioned handle; 0: never look."};
inline constexpr Setting kTensorFlow{
    "TFHUB_TENSORFLOW", "",
    "TensorFlow for running models: its package folder or library (default: that of python3, else the "
    "system's)."};
inline constexpr Setting kBlockCacheSize{
    "TFHUB_BLOCK_CACHE_SIZE", "64MiB",
    "Memory for the parts of models that TensorFlow reads in place, by hub.http:// and hub.https:// paths."};
inline constexpr Setting kMaxModelSize{"TFHUB_MAX_MODEL_SIZE", "50GiB",
                                       "The most bytes one model may unpack to."};
inline constexpr Setting kMaxModelFiles{"TFHUB_MAX_MODEL_FILES", "100000",
                                        "The most entries one archive may have."};
inline constexpr Setting kMaxExpansion{
    "TFHUB_MAX_EXPANSION", "200", "The most bytes that one byte of an archive may become (after 64 MiB)."};

// All of the above, in the order in which they are documented.
std::span<const Setting* const> all();
}  // namespace settings

// A variable of the environment as it is meant: without blanks and line ends around it, and without quotes
// that no shell has taken off. Unset and empty are the same.
std::string environment(const std::string& name);
// "~" and "~/x" as a shell reads them: YAML, systemd and `--store=~/hub` leave that to us.
std::string with_home(std::string_view path);

// The setting's value by both of these, read at each call (never kept: tensorflow_hub reads at each call
// too); empty counts as unset and gives the fallback.
std::string get(const Setting& setting);
// The same as a size or a number of seconds (fractions allowed); what does not parse is a usage error that
// names the variable.
Result<uint64_t> get_size(const Setting& setting);
Result<std::chrono::milliseconds> get_seconds(const Setting& setting);
// The same, and more than 0.
Result<std::chrono::milliseconds> get_timeout(const Setting& setting);
Result<bool> get_bool(const Setting& setting);  // 1/true/yes/on, 0/false/no/off or empty

}  // namespace tfhub
