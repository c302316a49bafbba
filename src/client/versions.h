// Versioned and unversioned handles: which is which, and which version a host's answer names. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "transfer/http.h"

namespace tfhub::client {

// Whether the newest version behind `handle` can change: its path ends neither in a positive integer nor in
// the name of an archive file.
bool looks_unversioned(std::string_view handle);

// The versioned handle that answers for `handle`: the canonical link (or Content-Location) of the answer is
// <path>/<version>, where path is the handle's or, behind a mirror, that of the URL that was asked. A host
// may call itself by another public URL, so the result is the handle's own URL with "/<version>" added to its
// path: the key stays in the handle's own name space. Anything else: nothing.
std::optional<std::string> named_version(std::string_view handle, std::string_view asked_url,
                                         const transfer::ResponseHead& head);

// "<model>_<version>.tflite" for ".../<model>/<version>": what a TF Lite file is called once it is fetched.
std::string tflite_file_name(std::string_view handle);

}  // namespace tfhub::client
