#include "examples/endpoint-manager/server/api.hpp"

#include "examples/endpoint-manager/server/log.hpp"
#include "examples/endpoint-manager/server/queries.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <cstdio>
#include <fstream>
#include <iterator>

namespace endpoint {
namespace {

using nlohmann::json;

constexpr std::string_view profiles_path = "/webapp/profiles/";

// A request that gets another answer than 200.
struct Refusal {
    int status;
    std::string error;
};

std::string json_answer(const json& value) {
    // A value from the database need not be UTF-8.
    return value.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

void expect_method(const Request& request, std::string_view method) {
    if (request.method != method) {
        throw Refusal{405, fmt::format("{} is expected here, not {}", method, request.method)};
    }
}

std::string device_of(const Request& request) {
    const auto found = request.query.find("device");
    if (found == request.query.end() || found->second.empty()) {
        throw Refusal{400, "the parameter 'device' is missing"};
    }
    return found->second;
}

json body_of(const Request& request) {
    json body = json::parse(request.body, nullptr, false);
    if (!body.is_object()) {
        throw Refusal{400, "the body must be a JSON object"};
    }
    return body;
}

std::string text_of(const json& body, const char* key) {
    const auto found = body.find(key);
    if (found == body.end() || !found->is_string()) {
        throw Refusal{400, fmt::format("'{}' must be there and be text", key)};
    }
    return found->get<std::string>();
}

std::string administrator(const Request& request, Store& store) {
    constexpr std::string_view scheme = "Bearer ";
    if (request.authorization.starts_with(scheme)) {
        if (auto user = store.authenticated(request.authorization.substr(scheme.size()))) {
            return *user;
        }
    }
    throw Refusal{401, "log in first: POST /webapp/login"};
}

std::string device_config(const Request& request, Store& store) {
    expect_method(request, "GET");
    const std::string device = device_of(request);
    const auto config = store.device_config(device);
    if (!config) {
        throw Refusal{404, fmt::format("there is no device '{}'", device)};
    }
    return json_answer({{"device", config->device},
                        {"profile", config->profile},
                        {"version", config->version},
                        {"value", config->value}});
}

std::string check_in(const Request& request, Store& store) {
    expect_method(request, "POST");
    const std::string device = device_of(request);
    const auto count = store.check_in(device);
    if (!count) {
        throw Refusal{404, fmt::format("there is no device '{}'", device)};
    }
    return json_answer({{"device", device}, {"count", *count}});
}

std::string log_in(const Request& request, Store& store) {
    expect_method(request, "POST");
    const json body = body_of(request);
    const auto token = store.log_in(text_of(body, "user"), text_of(body, "password"));
    if (!token) {
        throw Refusal{401, "wrong user or password"};
    }
    return json_answer({{"token", *token}});
}

std::string write_profile(std::int64_t id, const Request& request, Store& store) {
    const std::string admin = administrator(request, store);
    const json body = body_of(request);
    std::optional<std::int64_t> expected;
    if (const auto found = body.find("version"); found != body.end()) {
        if (!found->is_number_integer()) {
            throw Refusal{400, "'version' must be a whole number"};
        }
        expected = found->get<std::int64_t>();
    }
    const auto version = store.write_profile(id, text_of(body, "value"), expected, admin);
    if (!version) {
        const auto current = store.profile(id);
        if (!current) {
            throw Refusal{404, fmt::format("there is no profile {}", id)};
        }
        throw Refusal{409, fmt::format("profile {} has version {}", id, current->version)};
    }
    return json_answer({{"profile", id}, {"version", *version}});
}

std::string profile(const Request& request, Store& store) {
    const std::string_view text = std::string_view(request.path).substr(profiles_path.size());
    std::int64_t id = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc{} || stop != text.data() + text.size()) {
        throw Refusal{400, "a profile is a whole number"};
    }
    if (request.method == "PUT") {
        return write_profile(id, request, store);
    }
    expect_method(request, "GET");
    const auto found = store.profile(id);
    if (!found) {
        throw Refusal{404, fmt::format("there is no profile {}", id)};
    }
    return json_answer({{"profile", id}, {"version", found->version}, {"value", found->value}});
}

// Looked for at each request: it may be installed beside a server that runs.
std::string web_app_page(const Request& request, const Config& config) {
    expect_method(request, "GET");
    std::ifstream page(config.web_app + "/index.html");
    if (config.web_app.empty() || !page) {
        throw Refusal{404, "this server has no web app"};
    }
    return {std::istreambuf_iterator<char>(page), {}};
}

std::string routed(const Request& request, Store& store) {
    if (request.path == "/device-connector/config") {
        return device_config(request, store);
    }
    if (request.path == "/device-connector/checkin") {
        return check_in(request, store);
    }
    if (request.path == "/webapp/login") {
        return log_in(request, store);
    }
    if (request.path.starts_with(profiles_path)) {
        return profile(request, store);
    }
    throw Refusal{404, fmt::format("there is nothing at {}", request.path)};
}

void identify(Response& response, const Config& config) {
    response.headers.emplace_back("X-Node", config.node);
    response.headers.emplace_back("X-Mode", config.update_mode ? "update" : "normal");
    if (config.update_mode) {
        response.headers.emplace_back("X-Snapshot", std::to_string(config.snapshot_ms));
    }
}

} // namespace

Response error_answer(int status, const std::string& error, const Config& config) {
    Response response;
    response.status = status;
    response.body = json_answer({{"error", error}});
    identify(response, config);
    return response;
}

Response answer(const Request& request, Store& store, const Config& config) {
    try {
        Response response;
        if (request.path == "/probe") {
            expect_method(request, "GET");
            store.probe();
            response.content_type = "text/plain";
            response.body = fmt::format("ok {}\n", queries().product);
        } else if (request.path == "/webapp/") {
            response.body = web_app_page(request, config);
            response.content_type = "text/html; charset=utf-8";
        } else {
            response.body = routed(request, store);
        }
        identify(response, config);
        return response;
    } catch (const Refusal& refusal) {
        return error_answer(refusal.status, refusal.error, config);
    } catch (const DatabaseError& error) {
        if (error.kind() == DatabaseError::Kind::read_only) {
            Response response = error_answer(
                503, "profiles cannot be written while the cluster is upgraded", config);
            response.headers.emplace_back("Retry-After", "5");
            return response;
        }
        log(fmt::format("{} {}: {}", request.method, request.path, error.what()));
        return error_answer(500, error.what(), config);
    } catch (const std::exception& error) {
        log(fmt::format("{} {}: {}", request.method, request.path, error.what()));
        return error_answer(500, error.what(), config);
    }
}

} // namespace endpoint
