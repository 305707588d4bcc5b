#pragma once
// What the host shows its users of a node: shortcuts in its menus, and an entry in its list of
// installed programs. Both are by the versions that the node's components are of, so whoever
// changes these makes them anew.

#include "cluster/node_state.hpp"
#include "platform/apps_list.hpp"
#include "platform/shortcut.hpp"
#include "suite/manifest.hpp"

#include <string>
#include <vector>

namespace locum::installer {

// Of a component whose version the manifest is, ready to be made.
std::vector<platform::Shortcut> shortcuts_of(const cluster::Layout& layout,
                                             const cluster::NodeState& node,
                                             const suite::Manifest& manifest,
                                             const std::string& component);
// A name for a folder of a menu: the title without what no file's name can have.
std::string menu_folder(const std::string& title);

// Which files were made, and which folders for them, is kept in the state folder (shortcuts.json),
// since a later version may have other shortcuts.
struct ShortcutFault {
    std::string found;
    std::string expected;
    std::string remedy = {}; // empty: they are made again
};
std::vector<ShortcutFault> shortcut_faults(const cluster::Layout& layout,
                                           const std::vector<platform::Shortcut>& wanted);
// Makes exactly these; those that were made and are not among them go, with folders that were made
// for them and are empty. Bears being cut off. What is somebody else's stays as it is: throws
// Error(needs_attention) then, when all others are made.
void make_shortcuts(const cluster::Layout& layout, const std::vector<platform::Shortcut>& wanted);
// Takes away what was made; also of these known ones those that are the suite's by what is in them,
// where the record is damaged.
void remove_shortcuts(const cluster::Layout& layout, const std::vector<platform::Shortcut>& known);
bool has_shortcuts(const cluster::Layout& layout,
                   const std::vector<platform::Shortcut>& known = {});

// Of the commands in the list of programs, which starts them with the rights of whoever clicked.
constexpr const char* as_administrator = "--as-administrator";
// The entry of the suite in the list: "locum-SUITE".
std::string apps_list_name(const cluster::Layout& layout);
// Without size and date. program: Locum's, which the commands run; bundle: that the node can be
// changed by, "" where none is kept.
platform::AppsListEntry apps_list_entry_of(const cluster::Layout& layout,
                                           const cluster::NodeState& node, const std::string& title,
                                           const std::string& program, const std::string& bundle);
// In which fields it differs, as a person calls them; size and date do not count.
std::vector<std::string> apps_list_differences(const platform::AppsListEntry& found,
                                               const platform::AppsListEntry& wanted);
// Locum's program as the list is to have it: the file itself, since links are Locum's own there.
std::string listed_program(const cluster::Layout& layout);
// The list belongs to the host, so nothing of an installation below a folder is in it.
bool apps_list_used(const cluster::Layout& layout);
// Enters it, with the size of the components' files and the day of the first entry.
void enter_in_apps_list(const cluster::Layout& layout, const cluster::NodeState& node,
                        platform::AppsListEntry entry);

// Both, by the node's state and the versions that its links lead to. Where one of these is not
// here, which its files' resource tells, what is shown stays.
void show_on_host(const cluster::Layout& layout);
// The same, where it must not keep what is under way from going on: what fails is said on standard
// error, and told by `locum verify`.
void try_to_show_on_host(const cluster::Layout& layout);

} // namespace locum::installer
