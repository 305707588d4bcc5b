// An upgrade that may be several, one after the other: what upgrade/coordinator.hpp offers.

#include "engine/error.hpp"
#include "installer/checks.hpp"
#include "installer/installed_node.hpp"
#include "platform/files.hpp"
#include "upgrade/hop.hpp"
#include "upgrade/hops.hpp"
#include "upgrade/requirements.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::upgrade {

using engine::Error;
using engine::Finding;
using engine::Kind;

namespace {

// A host that joins may hold the lease for a moment.
constexpr installer::Patience between_hops = installer::lease_patience;

// The bundles of the upgrades, in order; the last one is that which carries the others.
using Bundles = std::vector<const suite::Bundle*>;

// nullopt: there is none.
std::optional<Bundles> way_to(const suite::Bundle& bundle, const ClusterFacts& facts) {
    const auto through = hops(engine::Version::parse(facts.version), facts.schema,
                              bundle.manifest(), carried_by(bundle));
    if (!through)
        return std::nullopt;
    Bundles way;
    for (const std::size_t index : *through)
        way.push_back(&bundle.carried()[index]);
    way.push_back(&bundle);
    return way;
}

// "1.0 to 1.5", each.
std::vector<std::string> pairs_of(const Bundles& way, std::string from) {
    std::vector<std::string> pairs;
    for (const suite::Bundle* bundle : way) {
        const std::string& to = bundle->manifest().version.text();
        pairs.push_back(fmt::format("{} to {}", from, to));
        from = to;
    }
    return pairs;
}

// The worst counts. What was found for the hops before it is not told again.
void add(Forecast& whole, Forecast hop, const std::string& pair) {
    whole.way = std::max(whole.way, hop.way);
    for (const std::string& reason : hop.reasons)
        whole.reasons.push_back(fmt::format("{}: {}", pair, reason));
    if (hop.refused && !whole.refused)
        whole.refused = Error(*hop.refused).during("planning the upgrade from " + pair);
    for (Finding& finding : hop.findings)
        if (std::find(whole.findings.begin(), whole.findings.end(), finding) ==
            whole.findings.end())
            whole.findings.push_back(std::move(finding));
    hop.findings.clear();
    whole.hops.push_back(std::move(hop));
}

Forecast forecast_way(Session& session, const Bundles& way, ClusterFacts facts,
                      const Request& request) {
    Forecast whole;
    const std::vector<std::string> pairs = pairs_of(way, facts.version);
    whole.from = facts.version;
    whole.to = way.back()->manifest().version.text();
    whole.title = fmt::format("{} upgrades, one after the other: {}; behind each there is no way "
                              "back before it",
                              way.size(), fmt::join(pairs, ", "));
    Recalled recalled = recall(request.layout, {facts.version, facts.manifest},
                               {whole.to, way.back()->manifest_sha256()});
    whole.rehearsed = std::move(recalled.rehearsed);
    whole.findings = std::move(recalled.findings);
    for (std::size_t i = 0; i < way.size(); ++i) {
        Upgrade upgrade = session.upgrade(*way[i]);
        upgrade.from = facts.version;
        add(whole,
            engine::during("planning the upgrade from " + pairs[i],
                           [&] { return forecast_hop(upgrade, facts, request); }),
            pairs[i]);
        if (!whole.hops.back().refused)
            take_space(facts, upgrade.manifest(), whole.hops.back().mode);
        facts = after(std::move(facts), upgrade.manifest(), upgrade.manifest_sha256);
    }
    return whole;
}

// Where the agent of this node keeps it as well: what is sent to the nodes is a file, and resumed
// with it there.
std::string take_out(const cluster::Layout& layout, const suite::Bundle& bundle) {
    const std::string file = installer::kept_bundle(layout, bundle.manifest_sha256());
    platform::make_folders(platform::parent_of(file), 0700);
    bundle.save(file);
    return file;
}

// For what follows a hop that is done. The cluster is at a version on the way then, and nothing
// takes it back: whatever ends the next hop before it has begun, or with all of it undone, is a
// pause.
void going_on(const std::string& version, const std::string& file,
              const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        if (error.kind() != Kind::refused && error.kind() != Kind::failed &&
            error.kind() != Kind::cancelled && error.kind() != Kind::downtime_needed)
            throw;
        throw Error(fmt::format("the cluster runs {} by now, and did not get further: {}", version,
                                error.one_line()),
                    Kind::paused)
            .remedy(fmt::format("{}{}then: locum upgrade run {}", error.remedy(),
                                error.remedy().empty() ? "mend it, " : "; ", file));
    }
}

void run_way(const Bundles& way, const std::vector<std::string>& pairs, Request request,
             engine::Reporter& reporter) {
    const suite::Bundle& whole = *way.back();
    const Carrier carrier{whole.file(), whole.manifest_sha256(), whole.manifest().version.text(),
                          request.mode, request.ignored};
    for (std::size_t i = 0; i < way.size(); ++i) {
        const std::string which =
            fmt::format("upgrading from {} ({} of {})", pairs[i], i + 1, way.size());
        const auto hop = [&] {
            if (i > 0 && request.cancelled && request.cancelled())
                throw Error("it was to end", Kind::cancelled);
            reporter.note(which);
            Session session(request.layout); // the node's version is another one each time
            // The one that was looked at, whatever has its name by now.
            if (way[i] == &whole)
                run_hop(session, whole, request, carrier, reporter);
            else
                run_hop(session, session.open(take_out(request.layout, *way[i])), request, carrier,
                        reporter);
        };
        engine::during(which, [&] {
            if (i == 0)
                hop();
            else
                going_on(way[i - 1]->manifest().version.text(), whole.file(), hop);
        });
        request.patience = between_hops;
        if (request.hop_done)
            request.hop_done();
    }
}

// It is there, and is what the hop was taken out of.
bool is_carrier(const Session& session, const std::string& file, const Carrier& carrier) {
    if (file.empty() || !platform::exists(file))
        return false;
    try {
        return session.open(file).manifest_sha256() == carrier.manifest;
    } catch (const Error&) {
        return false; // another one has its name by now
    }
}

// The inputs of the open upgrade where others follow it.
std::optional<Inputs> hop_on_the_way(const Request& request) {
    Session session(request.layout);
    const std::optional<cluster::Operation> open = session.open_operation();
    if (!open || open->kind != "upgrade")
        return std::nullopt;
    Inputs inputs = inputs_from_json(open->inputs);
    return inputs.on_the_way() ? std::optional(std::move(inputs)) : std::nullopt;
}

// The request with the hop's own bundle, where the one that carries it is named or still there.
Request with_own_bundle(const Request& request, const Inputs& inputs) {
    const Session session(request.layout);
    const bool kept = platform::exists(installer::kept_bundle(request.layout, inputs.manifest));
    const std::string& carrier =
        request.bundle.empty() && !kept ? inputs.carrier->file : request.bundle;
    Request own = request;
    if (is_carrier(session, carrier, *inputs.carrier)) {
        const suite::Bundle bundle = session.open(carrier);
        for (const suite::Bundle& one : bundle.carried())
            if (one.manifest_sha256() == inputs.manifest)
                own.bundle = take_out(request.layout, one);
    }
    return own;
}

void go_on(const Request& request, const Inputs& inputs, engine::Reporter& reporter) {
    const Carrier& carrier = *inputs.carrier;
    Request rest = request;
    rest.mode = carrier.mode;
    rest.ignored = carrier.ignored;
    rest.patience = between_hops;
    const Session session(request.layout);
    for (const std::string& file : {request.bundle, carrier.file})
        if (is_carrier(session, file, carrier)) {
            rest.bundle = file;
            going_on(inputs.to, file, [&] { run(rest, reporter); });
            return;
        }
    throw Error(fmt::format("the cluster runs {}, and was to get to {}; the bundle is not here: {}",
                            inputs.to, carrier.version, carrier.file),
                Kind::paused)
        .remedy("go on where it is, or with it here: locum upgrade run " + carrier.file);
}

} // namespace

Forecast forecast(const Request& request) {
    Session session(request.layout);
    const suite::Bundle bundle = session.open(request.bundle);
    const ClusterFacts facts = session.facts_before(bundle.manifest());
    Upgrade upgrade = session.upgrade(bundle);
    const std::optional<Bundles> way = way_to(bundle, facts);
    if (way && way->size() > 1)
        return forecast_way(session, *way, session.facts_before(way->front()->manifest()), request);
    Forecast direct = forecast_hop(upgrade, facts, request);
    if (!way && direct.way == Way::go_through) {
        direct.refused = no_way(facts.schema, bundle.manifest(), carried_by(bundle));
        direct.reasons = {direct.refused->what()};
    }
    return direct;
}

bool run(const Request& request, engine::Reporter& reporter) {
    Session session(request.layout);
    require_none_open(session);
    const suite::Bundle bundle = session.open(request.bundle);
    if (bundle.carried().empty())
        return run_hop(session, bundle, request, std::nullopt, reporter);
    const ClusterFacts facts = session.facts(bundle.manifest());
    const std::optional<Bundles> way = way_to(bundle, facts);
    if (!way)
        throw no_way(facts.schema, bundle.manifest(), carried_by(bundle));
    if (way->size() == 1)
        return run_hop(session, bundle, request, std::nullopt, reporter);
    // All of it is looked at before the first one begins.
    const Forecast whole =
        forecast_way(session, *way, session.facts_before(way->front()->manifest()), request);
    if (whole.refused)
        throw Error(*whole.refused);
    // Warnings come with their hop.
    if (request.found && installer::has_errors(whole.findings))
        request.found(whole.findings);
    engine::require_no_errors(whole.findings);
    reporter.note(whole.title);
    run_way(*way, pairs_of(*way, facts.version), request, reporter);
    return true;
}

bool resume(const Request& request, engine::Reporter& reporter) {
    const std::optional<Inputs> hop = hop_on_the_way(request);
    if (!hop)
        return resume_hop(request, reporter);
    if (!resume_hop(with_own_bundle(request, *hop), reporter))
        return false;
    go_on(request, *hop, reporter);
    return true;
}

void roll_back(const Request& request, engine::Reporter& reporter) {
    const std::optional<Inputs> hop = hop_on_the_way(request);
    roll_back_hop(hop ? with_own_bundle(request, *hop) : request, reporter);
}

} // namespace locum::upgrade
