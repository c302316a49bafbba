// {fmt}, compiled once from its own headers. Debian has it as a shared library, which a cache hit would have
// to load, and header-only it was compiled into every one of our files: three quarters of the time of a
// build.
#include <fmt/format-inl.h>

// What the headers declare as templates and leave to the library: the instantiations that our formats use.
template fmt::detail::thousands_sep_result<char> fmt::detail::thousands_sep_impl(fmt::detail::locale_ref);
template char fmt::detail::decimal_point_impl(fmt::detail::locale_ref);
template fmt::detail::dragonbox::decimal_fp<float> fmt::detail::dragonbox::to_decimal(float) noexcept;
template fmt::detail::dragonbox::decimal_fp<double> fmt::detail::dragonbox::to_decimal(double) noexcept;
template fmt::detail::locale_ref::locale_ref(const std::locale&);
template std::locale fmt::detail::locale_ref::get<std::locale>() const;
