#include "platform/operating_system.hpp"

#include <algorithm>
#include <map>
#include <sstream>
#include <thread>

namespace locum::platform {

namespace {

// A value as a shell would read it: in quotes or not, with backslashes.
std::string unquoted(std::string_view value) {
    std::string text;
    char quote = '\0';
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        if (quote == '\0' && (c == '"' || c == '\''))
            quote = c;
        else if (c == quote && quote != '\0')
            quote = '\0';
        else if (c == '\\' && quote != '\'' && i + 1 < value.size())
            text += value[++i];
        else
            text += c;
    }
    return text;
}

} // namespace

OperatingSystem parse_os_release(std::string_view text) {
    std::map<std::string, std::string, std::less<>> values;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        const std::size_t equals = line.find('=');
        if (equals != std::string::npos && !line.starts_with('#'))
            values[line.substr(0, equals)] = unquoted(std::string_view(line).substr(equals + 1));
    }
    OperatingSystem system{values["ID"], {}, values["VERSION_ID"], values["PRETTY_NAME"]};
    std::istringstream like(values["ID_LIKE"]);
    for (std::string id; like >> id;)
        system.like.push_back(id);
    if (system.title.empty())
        system.title = system.id + (system.version.empty() ? "" : " " + system.version);
    return system;
}

unsigned cores() {
    return std::max(1U, std::thread::hardware_concurrency());
}

} // namespace locum::platform
