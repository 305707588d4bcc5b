#include "cluster/agent.hpp"

#include "cluster/admission.hpp"
#include "cluster/clock.hpp"
#include "cluster/command_log.hpp"
#include "cluster/datasources.hpp"
#include "cluster/heart.hpp"
#include "cluster/installed.hpp"
#include "cluster/members.hpp"
#include "cluster/membership.hpp"
#include "cluster/program.hpp"
#include "cluster/role_change.hpp"
#include "cluster/service_units.hpp"
#include "cluster/shared_secrets.hpp"
#include "cluster/start_gate.hpp"
#include "cluster/supervisor.hpp"
#include "cluster/transport_server.hpp"
#include "engine/error.hpp"
#include "engine/failpoint.hpp"
#include "platform/capabilities.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/lock.hpp"
#include "platform/signals.hpp"
#include "platform/standard_error.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <list>
#include <nlohmann/json.hpp>

namespace locum::cluster {

using engine::Error;
using engine::Kind;
using nlohmann::json;

namespace {

constexpr std::uint64_t largest_bundle = 64ULL << 30;

// Streams an operation's progress to the caller.
class EmitReporter final : public engine::Reporter {
public:
    explicit EmitReporter(const Emit& emit) : emit_(emit) {}
    void step(std::string_view, std::string_view, engine::Progress, std::string_view) override {}
    void work(std::string_view, std::uint64_t done, std::uint64_t total,
              std::string_view unit) override {
        emit_(json{{"done", done}, {"total", total}, {"unit", unit}}.dump());
    }
    void note(std::string_view text) override { emit_(json{{"note", text}}.dump()); }

private:
    const Emit& emit_;
};

// The verbs of the wire, on top of the node operations.
class Verbs {
public:
    Verbs(Node& node, const NodeOperations& operations) :
        node_(node), operations_(operations), members_(node.layout),
        log_(node.layout.state_file("commands")) {}

    std::map<std::string, Verb> table() {
        std::map<std::string, Verb> verbs;
        verbs["ping"] = {.handler = [](const Request&, const Emit&) { return std::string("{}"); },
                         .quick = true};
        verbs["clock"] = {
            .handler = [this](const Request&, const Emit&) { return clock_answer(node_.layout); },
            .without_certificate = true,
            .quick = true};
        verbs["ask"] = {.handler = [this](const Request& request,
                                          const Emit& emit) { return ask(request, emit); },
                        .quick = true};
        verbs["run"] = {.handler = [this](const Request& request, const Emit& emit) {
            return run(request, emit);
        }};
        verbs["bundle"] = {
            .handler = [this](const Request& request, const Emit&) { return keep(request); },
            .upload = true,
            .body_limit = largest_bundle};
        verbs["secrets"] = {.handler = [this](const Request& request, const Emit&) {
            members_.require_server(request.certificate);
            const std::lock_guard lock(node_.state_mutex);
            keep_secrets(node_.layout, engine::Secret(request.body));
            return std::string("{}");
        }};
        verbs["datasource"] = {.handler = [this](const Request& request, const Emit&) {
            members_.require_server(request.certificate);
            const std::lock_guard lock(node_.state_mutex);
            keep_sent_datasource(node_.layout, named_datasource_from_json(request.body));
            return std::string("{}");
        }};
        verbs["join"] = {.handler =
                             [this](const Request& request, const Emit&) {
                                 return admit(node_.layout, request.body, request.channel);
                             },
                         .without_certificate = true};
        verbs["may-join"] = {.handler =
                                 [this](const Request& request, const Emit&) {
                                     return may_join(node_.layout, request.body, request.channel);
                                 },
                             .without_certificate = true};
        verbs["modify"] = {.handler = [this](const Request& request, const Emit&) {
            members_.require(request.certificate);
            return change_roles(node_.layout, request.peer, request.body, request.channel);
        }};
        verbs["leave"] = {.handler = [this](const Request& request, const Emit&) {
            members_.require(request.certificate);
            leave(node_.layout, request.peer, request.body);
            return std::string("{}");
        }};
        return verbs;
    }

private:
    const NodeOperation& find(const json& body) {
        auto operation = operations_.find(body.at("name").get<std::string>());
        if (operation == operations_.end())
            throw Error(fmt::format("this agent {} '{}'", unknown_operation,
                                    body.at("name").get<std::string>()),
                        Kind::refused)
                .remedy("use the same Locum version on all nodes");
        return operation->second;
    }

    std::string ask(const Request& request, const Emit& emit) {
        members_.require(request.certificate);
        const json body = json::parse(request.body);
        const NodeOperation& operation = find(body);
        if (operation.calls == Calls::look)
            members_.require_server(request.certificate);
        if (operation.calls == Calls::command)
            throw Error(fmt::format("{} asks '{}', which is no question but a command",
                                    request.peer, body.at("name").get<std::string>()),
                        Kind::not_trusted)
                .remedy("use the same Locum version on all nodes");
        EmitReporter reporter(emit);
        return operation.carry_out(node_, {"", log_.greatest_epoch(), body.at("parameters").dump()},
                                   reporter);
    }

    std::string run(const Request& request, const Emit& emit) {
        members_.require_server(request.certificate);
        const json body = json::parse(request.body);
        const NodeOperation& operation = find(body);
        const std::string name = body.at("name");
        if (operation.calls != Calls::command)
            throw Error(fmt::format("{} orders '{}', which is no command but a question",
                                    request.peer, name),
                        Kind::refused)
                .remedy("use the same Locum version on all nodes");
        const NodeCommand command{body.at("operation"), body.at("epoch"),
                                  body.at("parameters").dump()};
        if (command.epoch == no_lease && !members_.is_own(request.certificate))
            throw Error(fmt::format("'{}' came from {} without a lease", name, request.peer),
                        Kind::refused)
                .remedy("use the same Locum version on all nodes");
        return log_.once(body.at("command"), command.operation, command.epoch, [&] {
            engine::failpoint("agent/" + name + "/before");
            EmitReporter reporter(emit);
            std::string result = operation.carry_out(node_, command, reporter);
            engine::failpoint("agent/" + name + "/after");
            return result;
        });
    }

    // Verified here and again whenever it is opened; a bundle that this node does not trust is not
    // kept.
    std::string keep(const Request& request) {
        members_.require_server(request.certificate);
        const suite::PublicKey trusted = suite::PublicKey::parse(node_.state().bundle_key);
        std::string manifest;
        try {
            // A newer Locum's too: this one may be exchanged for the one that is in it.
            manifest = suite::ProgramBundle::open(request.upload_file, trusted).manifest_sha256();
            platform::make_folders(node_.layout.state_file("bundles"), 0700);
            platform::rename_durably(request.upload_file,
                                     node_.layout.state_file("bundles/" + manifest + ".bundle"));
        } catch (const Error&) {
            platform::remove_all(request.upload_file);
            throw;
        }
        return json{{"manifest", manifest}}.dump();
    }

    Node& node_;
    const NodeOperations& operations_;
    Members members_;
    CommandLog log_;
};

std::unique_ptr<Services> services_of(const Layout& layout) {
    if (service_manager_used(layout))
        return std::make_unique<ServiceUnits>(
            layout, agent_program(layout, platform::this_program()), start_gate(layout));
    return std::make_unique<Supervisor>(services_folder(layout), start_gate(layout));
}

// To standard error, which is the agent's log file. Questions that were answered are too many to
// tell.
void log_request(const RequestOutcome& request) {
    if ((request.verb == "ask" || request.verb == "ping" || request.verb == "clock") &&
        request.outcome == "result")
        return;
    platform::to_stderr(fmt::format("{:%Y-%m-%dT%H:%M:%SZ} {} from {} ({}): {} after {} ms\n",
                                    fmt::gmtime(std::chrono::system_clock::now()),
                                    request.verb.empty() ? "-" : request.verb,
                                    request.peer.empty() ? "no certificate" : request.peer,
                                    request.address, request.outcome, request.took.count()));
}

} // namespace

void run_agent(const Layout& layout, const NodeOperations& operations,
               const std::vector<AgentTask>& tasks, const std::function<void()>& is_up) {
    platform::StopSignals signals;      // before any thread is made
    platform::keep_capabilities_here(); // for services that ask for them, not for every command
    platform::Lock lock = platform::Lock::take(layout.state_file("agent.lock"), "agent");
    const NodeState state = load_node_state(layout);
    const std::unique_ptr<Services> services = services_of(layout);
    std::mutex state_mutex;
    Node node{layout, *services, state_mutex};
    Verbs verbs(node, operations);
    TransportServerOptions options;
    options.upload_folder = layout.state_file("incoming");
    options.log = log_request;
    TransportServer server(state.address, state.agent_port, load_identity(layout), verbs.table(),
                           options);
    server.start();
    Heart heart(layout, *services);
    std::list<RunningTask> running(tasks.begin(), tasks.end());
    if (is_up)
        is_up();
    signals.wait();
    server.stop();
}

} // namespace locum::cluster
