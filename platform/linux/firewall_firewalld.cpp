// firewalld, by its D-Bus interface (firewalld.dbus(5)) and busctl's JSON. What it does not know at
// its start or reload (a service, an ipset or a policy of our own) cannot be used in the running
// firewall, and a reload drops what others have set for the time being: so our rules are rich
// rules, put both into the running zones and into the files. There is no name in them but our mark.

#include "platform/linux/firewall.hpp"

#include "engine/error.hpp"
#include "platform/addresses.hpp"
#include "platform/files.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sstream>

namespace locum::platform::firewalld {

using nlohmann::json;

namespace {

constexpr const char* service = "org.fedoraproject.FirewallD1";
constexpr const char* object = "/org/fedoraproject/FirewallD1";
constexpr const char* zone_interface = "org.fedoraproject.FirewallD1.zone";
constexpr const char* file_interface = "org.fedoraproject.FirewallD1.config.zone";
constexpr const char* own_files = "/etc/firewalld/zones";
constexpr const char* shipped_files = "/usr/lib/firewalld/zones";

// The answer's first value. What is asked is never started for it.
json call(const std::string& name, const std::string& path, const std::string& interface,
          const std::string& method, const std::vector<std::string>& arguments = {}) {
    std::vector<std::string> argv{"busctl", "--json=short", "--auto-start=no", "call",
                                  name,     path,           interface,         method};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    const std::string said = told_by(argv);
    const json answer = json::parse(said, nullptr, false);
    return answer.is_object() && !answer.at("data").empty() ? answer.at("data").at(0) : json();
}

json call_zone(const std::string& method, const std::vector<std::string>& arguments = {}) {
    return call(service, object, zone_interface, method, arguments);
}

std::string target_of(const std::string& zone) {
    const json settings = call(service, object, zone_interface, "getZoneSettings2", {"s", zone});
    return settings.contains("target") ? settings.at("target").at("data").get<std::string>()
                                       : "default";
}

struct Zones {
    // Where rules count: what an interface or a source is bound to, and what all others get; but
    // not what is there to ban.
    std::set<std::string> used;
    // Those, and what else may have rules of ours: each zone whose file was ever changed.
    std::set<std::string> all;

    static Zones load() {
        Zones zones;
        const std::string by_default = call(service, object, service, "getDefaultZone");
        zones.used.insert(by_default);
        zones.all.insert(by_default);
        const json active = call_zone("getActiveZones");
        for (const auto& [zone, bound] : active.items()) {
            zones.all.insert(zone);
            if (takes_rules({bound.contains("interfaces") && !bound.at("interfaces").empty(),
                             zone == by_default, target_of(zone)}))
                zones.used.insert(zone);
        }
        const std::set<std::string> known = call_zone("getZones");
        if (exists(own_files))
            for (const std::string& file : list_folder(own_files))
                if (const std::string zone = file.substr(0, file.rfind('.'));
                    file.ends_with(".xml") && known.contains(zone))
                    zones.all.insert(zone);
        return zones;
    }
};

struct Zone {
    std::string name;
    std::string file; // D-Bus object of its file
    FirewallRules running;
    FirewallRules kept;

    static Zone load(const std::string& name, int mark) {
        Zone zone;
        zone.name = name;
        zone.file = call(service, std::string(object) + "/config", std::string(service) + ".config",
                         "getZoneByName", {"s", name});
        zone.running = our_rules(call_zone("getRichRules", {"s", name}), mark);
        zone.kept = our_rules(call(service, zone.file, file_interface, "getRichRules"), mark);
        return zone;
    }
};

// firewalld writes a zone's file when it is first changed, and a backup beside it.
std::string own_file(const std::string& zone) {
    return fmt::format("{}/{}.xml", own_files, zone);
}

// It says no more than what was shipped, so both may go.
bool is_needless(const std::string& zone) {
    const std::string shipped = fmt::format("{}/{}.xml", shipped_files, zone);
    return exists(own_file(zone)) && exists(shipped) &&
           read_file(own_file(zone)) == read_file(shipped);
}

void make(const FirewallRules& wanted, int mark) {
    const Zones zones = Zones::load();
    for (const std::string& name : zones.all) {
        const Zone zone = Zone::load(name, mark);
        const FirewallRules here = zones.used.contains(name) ? wanted : FirewallRules();
        const FirewallDifference running = difference(here, zone.running);
        const FirewallDifference kept = difference(here, zone.kept);
        for (const FirewallRule& rule : running.missing)
            call_zone("addRichRule", {"ssi", name, rich_rule(rule, mark), "0"});
        for (const FirewallRule& rule : kept.missing)
            call(service, zone.file, file_interface, "addRichRule", {"s", rich_rule(rule, mark)});
        for (const FirewallRule& rule : running.surplus)
            call_zone("removeRichRule", {"ss", name, rich_rule(rule, mark)});
        for (const FirewallRule& rule : kept.surplus)
            call(service, zone.file, file_interface, "removeRichRule",
                 {"s", rich_rule(rule, mark)});
        if (here.empty() && !kept.surplus.empty() && is_needless(name)) {
            call(service, zone.file, file_interface, "loadDefaults");
            remove_all(own_file(name) + ".old");
        }
    }
}

FirewallDifference compared(const FirewallRules& wanted, int mark) {
    FirewallDifference found;
    const Zones zones = Zones::load();
    for (const std::string& name : zones.all) {
        const Zone zone = Zone::load(name, mark);
        for (const FirewallRules& ours : {zone.running, zone.kept})
            found.surplus.merge(
                difference(zones.used.contains(name) ? wanted : FirewallRules(), ours).surplus);
        if (zones.used.contains(name))
            for (const FirewallRules& ours : {zone.running, zone.kept})
                found.missing.merge(difference(wanted, ours).missing);
    }
    return found;
}

} // namespace

bool takes_rules(const UsedZone& zone) {
    const bool bans =
        zone.target == "DROP" || zone.target == "%%REJECT%%" || zone.target == "REJECT";
    return !bans || zone.has_interfaces || zone.is_default;
}

int mark(const std::string& owner) {
    std::uint32_t hash = 2166136261U; // FNV-1a
    for (const char c : owner)
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    return 1000 + static_cast<int>(hash % 30000);
}

std::string rich_rule(const FirewallRule& rule, int mark) {
    const std::string source = rule.from.empty()
                                   ? ""
                                   : fmt::format(" family=\"{}\" source address=\"{}\"",
                                                 is_ipv6(rule.from) ? "ipv6" : "ipv4", rule.from);
    return fmt::format("rule priority=\"{}\"{} port port=\"{}\" protocol=\"{}\" accept", mark,
                       source, rule.port, name(rule.protocol));
}

FirewallRules our_rules(const std::vector<std::string>& rich_rules, int mark) {
    FirewallRules ours;
    for (const std::string& text : rich_rules) {
        FirewallRule rule;
        int priority = 0;
        int port = 0;
        std::istringstream words(text);
        for (std::string word; words >> word;) {
            const std::size_t quote = word.find("=\"");
            const std::string key = word.substr(0, quote);
            const std::string value =
                quote == std::string::npos ? "" : word.substr(quote + 2, word.size() - quote - 3);
            if (key == "priority")
                priority = std::atoi(value.c_str());
            else if (key == "port" && !value.empty())
                port = std::atoi(value.c_str());
            else if (key == "protocol")
                rule.protocol = value == "udp" ? Protocol::udp : Protocol::tcp;
            else if (key == "address")
                rule.from = value;
        }
        rule.port = static_cast<std::uint16_t>(port);
        if (priority == mark && rich_rule(rule, mark) == text) // else it is none that we made
            ours.insert(rule);
    }
    return ours;
}

bool runs() {
    if (!has_program("busctl"))
        return false;
    try {
        return call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                    "NameHasOwner", {"s", service}) == true &&
               call(service, object, "org.freedesktop.DBus.Properties", "Get",
                    {"ss", service, "state"})
                       .at("data") == "RUNNING";
    } catch (const engine::Error&) {
        return false; // no bus, so no firewalld
    }
}

Firewall firewall(const std::string& owner) {
    const int ours = mark(owner);
    return {"firewalld", [ours](const FirewallRules& wanted) { make(wanted, ours); },
            [ours](const FirewallRules& wanted) { return compared(wanted, ours); }};
}

void remove_from_files(const std::string& owner) {
    if (!has_program("firewall-offline-cmd") || !exists(own_files))
        return;
    const int ours = mark(owner);
    for (const std::string& file : list_folder(own_files)) {
        if (!file.ends_with(".xml") ||
            read_file(std::string(own_files) + "/" + file)
                    .find(fmt::format("priority=\"{}\"", ours)) == std::string::npos)
            continue;
        const std::string name = file.substr(0, file.size() - 4);
        const std::string zone = "--zone=" + name;
        std::vector<std::string> rules;
        std::istringstream said(told_by({"firewall-offline-cmd", zone, "--list-rich-rules"}));
        for (std::string line; std::getline(said, line);)
            rules.push_back(line);
        for (const FirewallRule& rule : our_rules(rules, ours))
            told_by({"firewall-offline-cmd", zone, "--remove-rich-rule=" + rich_rule(rule, ours)});
        if (is_needless(name)) {
            remove_all(own_file(name));
            remove_all(own_file(name) + ".old");
        }
    }
}

} // namespace locum::platform::firewalld
