// Paths that TensorFlow is given: "hub.http://127.0.0.1:8080/acme/mul/1/saved_model.pb". Pure functions, but
// for the settings.
#pragma once

#include <string>
#include <string_view>

#include "tfhub/result.h"

namespace tfhub::hubfs {

inline constexpr std::string_view kSchemePrefix = "hub.";  // before the http or https of the hub

struct Location {
  std::string origin;  // "http://127.0.0.1:8080"
  std::string path;    // "acme/mul/1/saved_model.pb", not percent-encoded

  // kUsage when it is no such path. TFHUB_MIRRORS is applied.
  static Result<Location> parse(std::string_view text);
};

// The one spelling of a path: without empty, "." and ".." segments, and without a slash at its end.
std::string normal_path(std::string_view text);

}  // namespace tfhub::hubfs
