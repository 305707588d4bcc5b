#include "examples/endpoint-manager/load/service.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <charconv>

namespace endpoint::load {
namespace {

using nlohmann::json;

struct Wrong {
    std::string what;
};
struct Failed {
    std::string what;
};

std::string shortened(const std::string& text) {
    constexpr std::size_t limit = 120;
    std::string line = text.substr(0, limit);
    for (char& c : line) {
        c = c == '\n' || c == '\r' ? ' ' : c;
    }
    return line;
}

// Sends one request and turns what comes of it into an outcome. judge gets the outcome and the
// answer, and completes it or throws Wrong or Failed.
template <typename Judge>
Outcome request(HttpClient& client, const std::string& method, const std::string& target,
                const std::string& token, const std::string& body, Judge judge) {
    Outcome outcome;
    outcome.node = client.front().text();
    outcome.started = Instant::now();
    try {
        const Answer answer = client.exchange(method, target, token, body);
        outcome.ended = Instant::now();
        outcome.waited = answer.waited;
        if (!answer.node.empty()) {
            outcome.node = answer.node;
        }
        judge(outcome, answer);
    } catch (const TransportError& error) {
        outcome.ended = Instant::now();
        outcome.result = Result::failed;
        outcome.sent = error.sent();
        outcome.what = fmt::format("{} {}: {}", method, target, error.what());
    } catch (const Failed& failed) {
        outcome.result = Result::failed;
        outcome.what = fmt::format("{} {}: {}", method, target, failed.what);
    } catch (const Wrong& wrong) {
        outcome.result = Result::wrong;
        outcome.what = fmt::format("{} {}: {}", method, target, wrong.what);
    }
    return outcome;
}

json parsed(const Answer& answer) {
    if (answer.status != 200) {
        throw Failed{fmt::format("status {}: {}", answer.status, shortened(answer.body))};
    }
    json body = json::parse(answer.body, nullptr, false);
    if (!body.is_object()) {
        throw Failed{fmt::format("no JSON: {}", shortened(answer.body))};
    }
    if (answer.node.empty() || (answer.mode != "normal" && answer.mode != "update") ||
        (answer.mode == "update") != answer.snapshot_ms.has_value()) {
        throw Failed{"the headers X-Node, X-Mode or X-Snapshot are missing or do not fit"};
    }
    return body;
}

template <typename Value>
Value field(const json& body, const char* key) {
    const auto found = body.find(key);
    try {
        if (found != body.end()) {
            return found->get<Value>();
        }
    } catch (const json::exception&) {
        // told below
    }
    throw Wrong{fmt::format("'{}' is missing or of another type: {}", key, shortened(body.dump()))};
}

std::int64_t number_of(const std::string& value, std::int64_t profile) {
    const std::string prefix = fmt::format("profile-{}-v", profile);
    std::int64_t number = 0;
    const char* end = value.data() + value.size();
    if (value.starts_with(prefix)) {
        const auto [stop, error] = std::from_chars(value.data() + prefix.size(), end, number);
        if (error == std::errc{} && stop == end) {
            return number;
        }
    }
    throw Wrong{fmt::format("profile {}: value '{}' was never sent", profile, shortened(value))};
}

// Device 1 has profile 1, and so on, over and over.
std::int64_t profile_of(std::int64_t device, std::size_t profiles) {
    return (device - 1) % static_cast<std::int64_t>(profiles) + 1;
}

void judge_value(Outcome& outcome, const Answer& answer, const json& body, std::int64_t profile,
                 const Ledger& ledger) {
    const std::int64_t number = number_of(field<std::string>(body, "value"), profile);
    Judgement judgement =
        ledger.judge(number, {outcome.started, outcome.ended, answer.snapshot_ms});
    if (!judgement.wrong.empty()) {
        throw Wrong{std::move(judgement.wrong)};
    }
    outcome.result = judgement.stale ? Result::stale : Result::right;
    outcome.staleness_ms = judgement.staleness_ms;
}

template <typename Value>
void expect(const json& body, const char* key, const Value& expected) {
    const auto found = field<Value>(body, key);
    if (found != expected) {
        throw Wrong{fmt::format("'{}' is {}, expected {}", key, found, expected)};
    }
}

} // namespace

std::string device_name(std::int64_t device) {
    return fmt::format("D{:05}", device);
}

Service::Service(Front front, std::vector<std::unique_ptr<Ledger>>& ledgers,
                 std::chrono::milliseconds patience) :
    client_(std::move(front), patience),
    ledgers_(ledgers) {}

bool Service::logged_in() const {
    return !token_.empty();
}
const Front& Service::front() const {
    return client_.front();
}

Outcome Service::log_in(const std::string& user, const std::string& password) {
    const json body{{"user", user}, {"password", password}};
    return request(client_, "POST", "/webapp/login", {}, body.dump(),
                   [&](Outcome&, const Answer& answer) {
                       const auto token = field<std::string>(parsed(answer), "token");
                       if (token.empty()) {
                           throw Wrong{"an empty token"};
                       }
                       token_ = token;
                   });
}

Outcome Service::check_in(std::int64_t device) {
    const std::string name = device_name(device);
    return request(client_, "POST", "/device-connector/checkin?device=" + name, {}, {},
                   [&](Outcome&, const Answer& answer) {
                       const json body = parsed(answer);
                       expect(body, "device", name);
                       if (field<std::int64_t>(body, "count") < 1) {
                           throw Wrong{"a check-in that was not counted"};
                       }
                   });
}

Outcome Service::read_config(std::int64_t device) {
    const std::string name = device_name(device);
    const std::int64_t profile = profile_of(device, ledgers_.size());
    return request(client_, "GET", "/device-connector/config?device=" + name, {}, {},
                   [&](Outcome& outcome, const Answer& answer) {
                       const json body = parsed(answer);
                       expect(body, "device", name);
                       expect(body, "profile", profile);
                       judge_value(outcome, answer, body, profile,
                                   *ledgers_[static_cast<std::size_t>(profile - 1)]);
                   });
}

Outcome Service::read_profile(std::int64_t profile) {
    return request(client_, "GET", fmt::format("/webapp/profiles/{}", profile), {}, {},
                   [&](Outcome& outcome, const Answer& answer) {
                       const json body = parsed(answer);
                       expect(body, "profile", profile);
                       judge_value(outcome, answer, body, profile,
                                   *ledgers_[static_cast<std::size_t>(profile - 1)]);
                   });
}

Outcome Service::write_profile(std::int64_t profile) {
    Ledger& ledger = *ledgers_[static_cast<std::size_t>(profile - 1)];
    // Sent is the time before the request, so that no read can see the value earlier.
    const std::int64_t number = ledger.send(Instant::now());
    const json body{{"value", fmt::format("profile-{}-v{}", profile, number)}};
    bool settled = false;
    Outcome outcome = request(client_, "PUT", fmt::format("/webapp/profiles/{}", profile), token_,
                              body.dump(), [&](Outcome& result, const Answer& answer) {
                                  if (answer.status == 503 && answer.retry_after) {
                                      ledger.refuse();
                                      settled = true;
                                      result.result = Result::refused;
                                      return;
                                  }
                                  if (answer.status == 401) {
                                      token_.clear(); // the next write logs in first
                                  }
                                  const json written = parsed(answer);
                                  const auto version = field<std::int64_t>(written, "version");
                                  std::string problem = ledger.acknowledge(version, result.ended);
                                  settled = true;
                                  if (!problem.empty()) {
                                      throw Wrong{std::move(problem)};
                                  }
                              });
    if (!outcome.sent) {
        ledger.refuse();
    } else if (!settled) {
        ledger.forget();
    }
    outcome.write = true;
    return outcome;
}

std::optional<Service::Look> Service::look(std::int64_t profile) {
    const std::string target = fmt::format("/webapp/profiles/{}", profile);
    try {
        const Answer answer = client_.exchange("GET", target);
        if (answer.status == 404) {
            return std::nullopt;
        }
        const json body = parsed(answer);
        return Look{{number_of(field<std::string>(body, "value"), profile),
                     field<std::int64_t>(body, "version")},
                    answer.mode == "normal",
                    answer.node};
    } catch (const Failed& failed) {
        throw std::runtime_error(
            fmt::format("{}: GET {}: {}", front().text(), target, failed.what));
    } catch (const Wrong& wrong) {
        throw std::runtime_error(fmt::format("{}: GET {}: {}", front().text(), target, wrong.what));
    } catch (const TransportError& error) {
        throw std::runtime_error(
            fmt::format("{}: GET {}: {}", front().text(), target, error.what()));
    }
}

} // namespace endpoint::load
