#include "examples/common/load/drive.hpp"
#include "examples/powerdns/load/exchange.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <future>

namespace {

using namespace powerdns::load;
using namespace example::load;

constexpr const char* program = "powerdns-load";

struct Options : Settings {
    int zones = 1000;
    int signed_zones = 10;
    int count = 1000;
    unsigned seed = 1;
};

// One in twenty goes over TCP.
Transport any_transport(std::mt19937& random) {
    return random() % 20 == 0 ? Transport::tcp : Transport::udp;
}

// From any of the fronts, since a trusted set is needed before anything is judged.
Keys learn_keys(const Options& options) {
    Keys keys;
    for (const std::string& zone : Rules(options.zones, options.signed_zones).signed_zones()) {
        const Bytes bytes =
            exchange(options.fronts.front(), Transport::tcp, query({zone, "DNSKEY", false}, 1));
        Records records(
            ldns_pkt_rr_list_by_type(parse(bytes).get(), LDNS_RR_TYPE_DNSKEY, LDNS_SECTION_ANSWER));
        if (!records) {
            throw std::runtime_error(
                fmt::format("{}: {} is not signed", options.fronts.front().text(), zone));
        }
        keys.emplace(zone, std::move(records));
    }
    return keys;
}

class Resolver {
public:
    Resolver(Front front, const Rules& rules, const Keys& keys, unsigned seed) :
        front_(std::move(front)), rules_(rules), keys_(keys), random_(seed) {}

    Outcome next() {
        const Case asked = rules_.any(random_);
        const Transport transport = any_transport(random_);
        Outcome outcome;
        outcome.node = front_.text();
        outcome.started = Instant::now();
        try {
            const Bytes bytes =
                exchange(front_, transport,
                         query(asked.question, static_cast<std::uint16_t>(random_() & 0xffff)));
            outcome.ended = Instant::now();
            const Judgement judgement = judge(*parse(bytes), asked, keys_);
            if (!judgement.wrong.empty()) {
                outcome.result = judgement.error ? Result::failed : Result::wrong;
                outcome.what = judgement.wrong;
            }
        } catch (const std::runtime_error& error) {
            outcome.ended = Instant::now();
            outcome.result = Result::failed;
            outcome.what = error.what();
        }
        if (!outcome.what.empty()) {
            outcome.what = fmt::format("{} {}{}{}: {}", asked.question.name, asked.question.type,
                                       asked.question.dnssec ? " +dnssec" : "",
                                       transport == Transport::tcp ? " +tcp" : "", outcome.what);
        }
        return outcome;
    }

private:
    Front front_;
    const Rules& rules_;
    const Keys& keys_;
    std::mt19937 random_;
};

int load(const Options& options) {
    const sigset_t signals = block_signals();
    const Rules rules(options.zones, options.signed_zones);
    const Keys keys = learn_keys(options);
    const Instant start = Instant::now();
    Figures figures(program, start, stderr);
    Events events(options.events, start);
    std::vector<Resolver> resolvers;
    for (int i = 0; i < options.clients; ++i) {
        const auto index = static_cast<std::size_t>(i);
        resolvers.emplace_back(options.fronts[index % options.fronts.size()], rules, keys,
                               options.seed + static_cast<unsigned>(i));
    }
    std::vector<Client> clients;
    for (Resolver& resolver : resolvers) {
        clients.emplace_back([&resolver] { return resolver.next(); });
    }
    drive(options, signals, clients, figures, events);
    events.write(figures.lately());
    const Instant end = Instant::now();
    const Totals totals = figures.totals(end);
    const nlohmann::ordered_json result{
        {"requests", totals.requests},
        {"failed", totals.failed},
        {"wrong", totals.wrong},
        {"longest_gap_ms", totals.longest_gap_ms},
        {"outage_ms", totals.outage_ms},
        {"seconds", std::round(static_cast<double>(end.ns - start.ns) / 1e8) / 10}};
    write_figures(options.out, result.dump() + "\n");
    return totals.failed + totals.wrong == 0 ? 0 : 1;
}

// One case's answer in its comparable form, and what is wrong with it.
struct Sampled {
    std::string text;
    std::string wrong;
};

Sampled ask(const Front& front, const Case& asked, const Keys& keys) {
    const Packet packet = parse(exchange(front, Transport::tcp, query(asked.question, 1)));
    Sampled result;
    result.text =
        fmt::format("; {} {}{}\n{}\n", asked.question.name, asked.question.type,
                    asked.question.dnssec ? " +dnssec" : "", fmt::join(canonical(*packet), "\n"));
    result.wrong = judge(*packet, asked, keys).wrong;
    return result;
}

// The same questions for the same seed, whoever answers; each client asks its share.
int sample(const Options& options) {
    const Rules rules(options.zones, options.signed_zones);
    const Keys keys = learn_keys(options);
    std::mt19937 random(options.seed);
    std::vector<Case> cases;
    for (int i = 0; i < options.count; ++i) {
        cases.push_back(rules.any(random));
    }
    std::vector<Sampled> samples(cases.size());
    std::vector<std::future<void>> clients;
    const auto count = static_cast<std::size_t>(options.clients);
    for (std::size_t client = 0; client < count; ++client) {
        clients.push_back(std::async(std::launch::async, [&, client] {
            for (std::size_t i = client; i < cases.size(); i += count) {
                samples[i] = ask(options.fronts.front(), cases[i], keys);
            }
        }));
    }
    for (std::future<void>& client : clients) {
        client.get();
    }
    std::string text;
    bool right = true;
    for (const Sampled& one : samples) {
        text += one.text;
        if (!one.wrong.empty()) {
            right = false;
            fmt::print(stderr, "{}: {}: {}\n", program, one.text.substr(0, one.text.find('\n')),
                       one.wrong);
        }
    }
    write_figures(options.out, text);
    return right ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    options.rate = 600;
    options.clients = 12;
    CLI::App app(
        "Resolvers that ask for what database/zones.sql put into the database, and check each "
        "answer by value. Exit code 0: nothing was lost or wrong; 1: something was; 2: could "
        "not start.",
        program);
    app.require_subcommand(1);
    app.add_option("--zones", options.zones, "number of zones")
        ->check(CLI::Range(1, 65535))
        ->capture_default_str();
    app.add_option("--signed", options.signed_zones,
                   "number of zones, of the first, that are signed")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_option("--seed", options.seed, "of the questions")->capture_default_str();
    CLI::App* run_command = app.add_subcommand("run", "a load of many questions at a steady rate");
    add_options(*run_command, options);
    CLI::App* sample_command =
        app.add_subcommand("sample", "prints what one front answers, in a form to be compared");
    add_front_option(*sample_command, options.fronts);
    sample_command->add_option("--count", options.count, "number of questions")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    sample_command->add_option("--clients", options.clients, "questions at the same time")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    sample_command->add_option("--out", options.out, "write to this file, not to standard output")
        ->type_name("FILE");
    app.fallthrough();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        return sample_command->parsed() ? sample(options) : load(options);
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}: {}\n", program, error.what());
        return 2;
    }
}
