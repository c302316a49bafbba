// tfhub help settings: the table of base/settings.h, with what is in force now.
#include "base/settings.h"

#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/output.h"

namespace tfhub::cli {

Result<int> print_settings(bool json) {
  nlohmann::ordered_json values = nlohmann::ordered_json::array();
  std::string text;
  for (const Setting* setting : settings::all()) {
    const std::string value = get(*setting);
    values.push_back({{"name", setting->environment}, {"value", value}, {"meaning", setting->meaning}});
    text += value.empty() ? fmt::format("{}\n", setting->environment)
                          : fmt::format("{} = {}\n", setting->environment, printable(value, 1000));
    text += fmt::format("    {}\n", wrapped(setting->meaning, kHelpWidth - 4, 4));
  }
  if (json) {
    print_json(values);
  } else {
    print("Settings of the environment, with what is in force now:\n\n" + text);
  }
  return 0;
}

}  // namespace tfhub::cli
