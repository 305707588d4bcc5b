#include "examples/endpoint-manager/load/client.hpp"

#include <array>

namespace endpoint::load {
namespace {

enum class Kind { write, check_in, log_in, read_config, read_profile };

// Shares of 50, spread evenly.
constexpr std::array<std::pair<Kind, int>, 5> mix{{{Kind::write, 14},
                                                   {Kind::check_in, 8},
                                                   {Kind::log_in, 1},
                                                   {Kind::read_config, 20},
                                                   {Kind::read_profile, 7}}};
constexpr int round = 50;

constexpr std::array<Kind, round> schedule() {
    std::array<Kind, round> result{};
    std::array<int, mix.size()> credit{};
    for (Kind& slot : result) {
        std::size_t best = 0;
        for (std::size_t i = 0; i < mix.size(); ++i) {
            credit[i] += mix[i].second;
            best = credit[i] > credit[best] ? i : best;
        }
        credit[best] -= round;
        slot = mix[best].first;
    }
    return result;
}

} // namespace

Client::Client(Front front, Share share, std::vector<std::unique_ptr<Ledger>>& ledgers) :
    service_(std::move(front), ledgers, share.patience), share_(std::move(share)),
    profiles_(static_cast<std::int64_t>(ledgers.size())),
    // Clients are at different places of the schedule, so that their log-ins do not coincide.
    turn_(static_cast<std::size_t>(share_.index) * 7),
    random_(static_cast<unsigned>(share_.index) + 1) {
    for (std::int64_t profile = share_.index + 1; profile <= profiles_; profile += share_.clients) {
        own_.push_back(profile);
    }
}

std::int64_t Client::any(std::int64_t count) {
    return std::uniform_int_distribution<std::int64_t>(1, count)(random_);
}

Outcome Client::next() {
    static constexpr auto kinds = schedule();
    Kind kind = kinds[turn_++ % kinds.size()];
    if (kind == Kind::write && !service_.logged_in()) {
        kind = Kind::log_in;
    }
    switch (kind) {
    case Kind::write:
        return service_.write_profile(own_[write_turn_++ % own_.size()]);
    case Kind::check_in:
        return service_.check_in(any(share_.devices));
    case Kind::log_in:
        return service_.log_in(share_.user, share_.password);
    case Kind::read_config:
        return service_.read_config(any(share_.devices));
    case Kind::read_profile:
        break;
    }
    return service_.read_profile(any(profiles_));
}

} // namespace endpoint::load
