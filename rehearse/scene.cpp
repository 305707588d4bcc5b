// The first half of a rehearsal: what there is before the upgrade.

#include "rehearse/scene.hpp"

#include "cluster/node_state.hpp"
#include "datasource/backup.hpp"
#include "engine/check.hpp"
#include "engine/error.hpp"
#include "installer/checks.hpp"
#include "installer/install.hpp"
#include "installer/rendering.hpp"
#include "interview/answers_text.hpp"
#include "platform/files.hpp"
#include "rehearse/database.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::rehearse {

using engine::Error;
using engine::Kind;

namespace {

// The productive one of most suites; on it a rehearsal says most.
datasource::Kind chosen(const Options& options, const suite::Manifest& manifest) {
    const auto& engines = manifest.database.engines;
    const datasource::Kind kind = options.datasource.value_or(
        engines.contains(datasource::Kind::postgresql) ? datasource::Kind::postgresql
                                                       : datasource::Kind::sqlite);
    if (!engines.contains(kind))
        throw Error(fmt::format("{} {} has no migrations for {}", manifest.name,
                                manifest.version.text(), datasource::name(kind)),
                    Kind::usage)
            .remedy("give another --datasource");
    return kind;
}

std::string database_name(const std::string& suite) {
    std::string name;
    for (const char c : suite)
        name += c == '-' ? '_' : c;
    return name;
}

std::string upper(const std::string& text) {
    std::string made;
    for (const char c : text)
        made += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return made;
}

} // namespace

Scene::Scene(const Options& options, const std::function<bool()>& cancelled,
             engine::Reporter& reporter) :
    options_(options),
    cancelled_(cancelled), reporter_(reporter), site_(options.folder) {
    if (options.keep)
        site_.keep();
}

Scene::~Scene() {
    load_.reset();
    site_.end(); // before the database that they work on
}

cluster::Layout Scene::layout(const std::string& node) const {
    return site_.layout(node, versions_->before.name);
}

datasource::Settings Scene::settings() const {
    if (postgresql_)
        return postgresql_->settings();
    datasource::Settings settings;
    settings.file = layout(nodes_.front().name).data() + "/" + versions_->before.name + ".sqlite";
    return settings;
}

void Scene::require_not_cancelled() const {
    if (cancelled_())
        throw Error("cancelled", Kind::cancelled);
}

std::string Scene::read_bundles(Report& report) {
    versions_ = read_versions(options_, site_.folder());
    const suite::Manifest& before = versions_->before;
    report.suite = before.name;
    report.from = before.version.text();
    report.to = versions_->after.version.text();
    kind_ = chosen(options_, before);
    report.datasource =
        kind_ == datasource::Kind::sqlite ? "embedded" : std::string(datasource::name(kind_));
    nodes_ = cast(before, options_.nodes, options_.address);
    std::vector<std::string> parts;
    for (const NodePart& node : nodes_)
        parts.push_back(
            fmt::format("{} at {}: {}", node.name, node.address, fmt::join(node.components, ", ")));
    return fmt::format("{}", fmt::join(parts, "; "));
}

cluster::Layout Scene::productive() const {
    const std::string root = platform::absolute(options_.from_productive);
    return {root == "/" ? "" : root, versions_->before.name};
}

// Space and programs first: a copy that is given up half-way has cost the productive database as
// much as a whole one.
datasource::Settings Scene::require_copy_possible() const {
    const cluster::Layout from = productive();
    const auto settings = cluster::load_datasource(from);
    if (!settings)
        throw Error(
            fmt::format("{} has no datasource below {}", from.suite, options_.from_productive),
            Kind::usage)
            .remedy("name the root of a node with a server");
    if (settings->kind != kind_)
        throw Error(
            fmt::format("the productive database is {}",
                        settings->kind == datasource::Kind::sqlite ? "embedded" : "postgresql"),
            Kind::usage)
            .remedy("rehearse on the same with --datasource");
    constexpr unsigned times = 2; // the dump, and the database that it is loaded into
    std::vector<engine::Finding> findings = installer::demoted(
        datasource::check_backup(*settings, site_.folder(), times), options_.ignored);
    for (engine::Finding& finding : findings)
        if (finding.name == "backup-space")
            finding.remedy = "free space in that file system, or name a folder elsewhere with "
                             "--root DIR";
    engine::require_no_errors(findings);
    return *settings;
}

// Read by Locum's account, as the backup of an upgrade is.
std::string Scene::copy_productive(const datasource::Settings& from,
                                   const datasource::Settings& to) {
    const std::string file = site_.file("productive.dump");
    productive_bytes_ = size_of(from);
    datasource::back_up(from, file, cancelled_);
    load_dump(file, to, postgresql_.get(), {site_.file("dump.log"), cancelled_});
    platform::remove_all(file);
    dump_loaded_ = true;
    return fmt::format("a copy of the productive database, {} MB", (*productive_bytes_ >> 20) + 1);
}

std::string Scene::make_database() {
    std::optional<datasource::Settings> from;
    if (!options_.from_productive.empty())
        from = require_copy_possible();
    if (kind_ == datasource::Kind::postgresql)
        postgresql_ = std::make_unique<Postgresql>(site_.file("postgresql"),
                                                   database_name(versions_->before.name));
    const datasource::Settings database = settings();
    const std::string where =
        postgresql_ ? fmt::format("PostgreSQL at {}:{}", database.host, database.port) : "embedded";
    if (from) {
        if (!postgresql_)
            platform::make_folders(platform::parent_of(database.file));
        return fmt::format("{}, {}", where, copy_productive(*from, database));
    }
    if (options_.database.empty() || !is_dump(options_.database))
        return where + ", empty";
    if (!postgresql_)
        platform::make_folders(platform::parent_of(database.file));
    load_dump(platform::absolute(options_.database), database, postgresql_.get(),
              {site_.file("dump.log"), cancelled_});
    dump_loaded_ = true;
    return fmt::format("{}, filled from {}", where, options_.database);
}

// The same text that a person's answers would be.
std::string Scene::answers(const NodePart& node) const {
    installer::Answers answers;
    answers.suite = versions_->before.name;
    answers.trusted_key = versions_->key.hex();
    answers.licence_accepted = true; // of a suite of one's own
    answers.node_name = node.name;
    answers.address = node.address;
    answers.components = node.components;
    answers.run_directory = site_.run_folder(node.name);
    answers.ports = node.ports;
    const std::string token = site_.file("network.token");
    const bool first = node.name == nodes_.front().name;
    (first ? answers.create_token : answers.use_token) = token;
    if (first) {
        installer::DatasourceAnswer datasource;
        datasource.kind = kind_;
        if (postgresql_) {
            const datasource::Settings& database = postgresql_->settings();
            datasource.host = database.host;
            datasource.port = database.port;
            datasource.database = database.database;
            for (const auto& [account, answer] :
                 {std::pair{&database.application, &datasource.application},
                  std::pair{&database.locum, &datasource.locum}}) {
                const std::string file = site_.file(account->user + ".password");
                platform::write_file(file, account->password.reveal(), 0600);
                *answer = {account->user, {installer::SecretSource::From::file, file}};
            }
        }
        answers.datasource = datasource;
    }
    return interview::answers_text(answers);
}

std::string Scene::install(const NodePart& node) {
    require_not_cancelled();
    const std::string file = site_.file(fmt::format("answers-{}.toml", node.name));
    platform::write_file(file, answers(node), 0600);
    installer::Prepared prepared =
        installer::prepare(versions_->before_file, installer::load_answers(file),
                           site_.file(node.name), options_.program);
    std::vector<std::string> ignored = options_.ignored;
    if (dump_loaded_)
        ignored.push_back("datasource-kept-data");
    prepared.findings = installer::demoted(std::move(prepared.findings), ignored);
    installer::require_ready(prepared);
    installer::install(prepared.installation, installer::install_plan(prepared.installation),
                       cancelled_, reporter_);
    std::vector<std::string> warnings;
    for (const engine::Finding& finding : prepared.findings)
        if (finding.name != "advice") // of how large a real cluster should be
            warnings.push_back("warning: " + to_line(finding));
    return fmt::format("{}", fmt::join(warnings, "; "));
}

std::map<std::string, std::string> Scene::environment() const {
    std::map<std::string, std::string> variables;
    if (postgresql_)
        variables = postgresql_->environment();
    else
        variables["LOCUM_DATABASE"] = settings().file;
    variables["LOCUM_REHEARSAL"] = site_.folder();
    std::string all;
    for (const Front& front : fronts(versions_->before, nodes_)) {
        std::string& of_port = variables["LOCUM_FRONTS_" + upper(front.port)];
        of_port += (of_port.empty() ? "" : " ") + front.address;
        all += (all.empty() ? "" : " ") + front.address;
    }
    variables["LOCUM_FRONTS"] = all;
    return variables;
}

std::string Scene::fill() {
    if (!options_.database.empty() && !dump_loaded_)
        run_generator(options_.database, environment(), {site_.file("generator.log"), cancelled_});
    const datasource::Settings database = settings();
    const auto connection = datasource::connect(database, database.locum);
    std::vector<std::string> without = versions_->before.database.node_local;
    without.insert(without.end(), options_.may_lose_rows.begin(), options_.may_lose_rows.end());
    rows_ = row_counts(*connection, without);
    std::vector<std::string> counts;
    for (const auto& [table, count] : rows_)
        counts.push_back(fmt::format("{} {}", table, count));
    return fmt::format("rows: {}", fmt::join(counts, ", "));
}

// Where clients go, with what the suite's own probe of a server asks there; where no front answers
// that, the probes of what the fronts are.
std::vector<cluster::ProbeTarget> Scene::polled() const {
    const suite::Manifest& manifest = versions_->before;
    std::vector<cluster::ProbeTarget> through;
    std::vector<cluster::ProbeTarget> beside;
    for (const NodePart& node : nodes_) {
        const cluster::NodeState state = cluster::load_node_state(layout(node.name));
        const auto database = cluster::load_datasource(layout(node.name));
        for (const std::string& component : state.components)
            for (cluster::ProbeTarget target : installer::probe_targets(
                     layout(node.name), state, manifest, component, database)) {
                auto* http = std::get_if<cluster::HttpTarget>(&target.how);
                const bool balancer =
                    manifest.balancing && component == manifest.balancing->component;
                if (balancer || !manifest.balancing) {
                    if (!target.proves_version)
                        beside.push_back(target);
                } else if (http && !target.proves_version && node.name == nodes_.front().name) {
                    const auto path = http->url.find('/', std::string("http://").size());
                    http->body.clear(); // the versions may say it otherwise
                    for (const Front& front : fronts(manifest, nodes_)) {
                        cluster::ProbeTarget asked = target;
                        std::get<cluster::HttpTarget>(asked.how).url =
                            fmt::format("http://{}{}", front.address,
                                        path == std::string::npos ? "/" : http->url.substr(path));
                        through.push_back(std::move(asked));
                    }
                }
            }
    }
    std::erase_if(through, [](const cluster::ProbeTarget& target) {
        return cluster::ask(target).has_value();
    });
    return through.empty() ? beside : through;
}

std::string Scene::start_load() {
    std::string what = options_.load;
    if (!options_.load.empty()) {
        load_ = std::make_unique<CommandLoad>(options_.load, environment(), site_.file("load.log"),
                                              options_.grace);
    } else {
        std::vector<cluster::ProbeTarget> targets = polled();
        if (targets.empty())
            throw Error("the suite has no probe that can be polled while it is upgraded",
                        Kind::refused)
                .remedy("give a load with --load CMD");
        auto probes = std::make_unique<ProbeLoad>(std::move(targets));
        what = "polled: " + probes->what();
        load_ = std::move(probes);
    }
    if (const std::string why = load_->ended(options_.lead); !why.empty()) {
        load_.reset();
        throw Error(why + "; the upgrade was not begun")
            .remedy("run it by hand with the same environment");
    }
    return what;
}

} // namespace locum::rehearse
