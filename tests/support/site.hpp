#pragma once
// A host below a folder of its own, on which an installation can be begun.

#include "cluster/store.hpp"
#include "engine/runner.hpp"
#include "installer/install_plan.hpp"
#include "tests/support/journals.hpp"
#include "tests/support/small_suite.hpp"

#include <filesystem>

namespace locum::testing {

// A first node on an embedded database.
class Site {
public:
    // texts: of the bundle, where they are not the usual ones.
    explicit Site(std::vector<std::string> components = {"server"},
                  const std::map<std::string, std::string>& texts = {}) :
        vendor_(folder_.path()),
        bundle_(suite::Bundle::open(vendor_.build("1.0", texts), vendor_.key())) {
        std::string list;
        for (const std::string& component : components)
            list += (list.empty() ? "\"" : ", \"") + component + "\"";
        platform::make_folders(folder_ / "token");
        const installer::Answers answers =
            installer::parse_answers(fmt::format(R"(format = 1
suite = "small"
trusted-key = "{}"
licence-accepted = true
components = [{}]
[node]
name = "node-1"
address = "127.0.0.1"
agent-port = 61999
[token]
create = "{}"
[datasource]
type = "embedded"
)",
                                                 vendor_.key().hex(), list, token()),
                                     folder_ / "answers.toml");
        const cluster::Layout layout{root(), "small"};
        platform::make_folders(layout.state(), 0700); // as install() does, for its journal
        installation_ = std::make_unique<installer::Installation>(installer::Installation{
            layout, answers, bundle_, installer::gather_facts(answers, bundle_.manifest(), layout),
            "/nowhere/locum"});
    }

    installer::Installation& installation() { return *installation_; }
    const installer::Installation& installation() const { return *installation_; }
    const cluster::Layout& layout() const { return installation_->layout; }
    const Vendor& vendor() const { return vendor_; }
    std::string root() const { return folder_ / "root"; }
    std::string token() const { return folder_ / "token/network.token"; }
    std::string folder() const { return folder_.path(); }

    // The step as the plan has it.
    engine::Step step(const std::string& id) const {
        for (engine::PlannedStep& planned : installer::install_plan(*installation_).steps)
            if (planned.step.id == id)
                return std::move(planned.step);
        throw engine::Error("the plan has no step " + id);
    }

    // Runs what the plan has before this step, for good.
    void run_until(const std::string& id) {
        engine::Plan plan;
        for (engine::PlannedStep& planned : installer::install_plan(*installation_).steps) {
            if (planned.step.id == id)
                break;
            plan.steps.push_back(std::move(planned));
        }
        engine::MemoryJournal journal;
        engine::SilentReporter silent;
        engine::run(plan, {"before", 0, "", nullptr}, journal, silent);
    }

    // Files of root and token folder. Of databases what they hold, but for moments.
    std::string world(bool with_content = true) const {
        return fingerprint_of(root(), with_content) +
               fingerprint_of(folder_ / "token", with_content);
    }

private:
    static std::string fingerprint_of(const std::string& folder, bool with_content) {
        std::string text;
        for (const std::string& name : platform::list_folder(folder)) {
            const std::string path = folder + "/" + name;
            if (std::filesystem::is_directory(std::filesystem::symlink_status(path)))
                text += path + " folder\n" + fingerprint_of(path, with_content);
            else if (name.ends_with(".sqlite") || name.ends_with(".registry"))
                text += path + " " + rows_of(path);
            else if (std::filesystem::is_symlink(path))
                text += path + " -> " + platform::read_link(path) + "\n";
            else
                text += fmt::format("{} {:o} {}\n", path, permissions(path),
                                    with_content ? platform::read_file(path) : "");
        }
        return text;
    }

    static std::string rows_of(const std::string& file) {
        const auto connection = datasource::connect_file(file, {});
        std::string text = "database\n";
        for (const auto& table :
             connection->query("SELECT name FROM sqlite_master WHERE type = 'table' "
                               "ORDER BY name")) {
            text += "  table " + table[0].value() + "\n";
            const bool nodes = table[0] == "node";
            for (const auto& row :
                 connection->query(nodes ? "SELECT name, installation, address, roles, components, "
                                           "ports, versions, mode FROM node"
                                         : "SELECT * FROM " + datasource::quoted(table[0].value()) +
                                               " ORDER BY 1")) {
                text += "   ";
                for (const auto& field : row)
                    text += " " + field.value_or("NULL");
                text += "\n";
            }
        }
        return text;
    }

    Scratch folder_;
    Vendor vendor_;
    suite::Bundle bundle_;
    std::unique_ptr<installer::Installation> installation_;
};

} // namespace locum::testing
