// What the shared library shows of the C++ interface.
#pragma once

#if defined(__GNUC__)
#define TFHUB_API __attribute__((visibility("default")))
#else
#define TFHUB_API
#endif
