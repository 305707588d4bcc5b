#include "datasource/password_file.hpp"

#include "engine/error.hpp"

#include <fmt/format.h>

namespace locum::datasource {
namespace {

std::string escaped(const std::string& field) {
    std::string text;
    for (const char c : field) {
        if (c == ':' || c == '\\')
            text += '\\';
        text += c;
    }
    return text;
}

} // namespace

platform::SecretFile password_file(const Settings& settings) {
    const std::string& password = settings.locum.password.reveal();
    if (password.find_first_of("\r\n") != std::string::npos)
        throw engine::Error(
            fmt::format("the password of {} has a line break, which a password file of PostgreSQL "
                        "cannot hold",
                        settings.locum.user),
            engine::Kind::refused)
            .remedy("give the account a password without one");
    std::string text;
    const auto add = [&](const std::string& host) {
        text += fmt::format("{}:{}:*:{}:{}\n", escaped(host), settings.port,
                            escaped(settings.locum.user), escaped(password));
    };
    add(settings.host);
    if (settings.host.starts_with('/')) // so libpq calls the folder where its socket is by default
        add("localhost");
    return platform::SecretFile(engine::Secret(std::move(text)));
}

} // namespace locum::datasource
