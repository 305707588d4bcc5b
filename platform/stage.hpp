#pragma once
// A folder that is filled unseen and then put in its place by one rename.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace locum::platform {

class Stage {
public:
    // Makes the folder `into` + ".stage", 0700; what an interrupted run left under that name is
    // removed. `into` must not exist; the folder above it is made where it is missing.
    explicit Stage(const std::string& into);
    // Removes whatever was not published.
    ~Stage();
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    // Paths are relative; the folders above must have been made here. Nothing passes through a
    // link and nothing that exists is opened: both throw.
    void make_folder(const std::string& path, unsigned mode);
    // The next block of the content; empty at its end. May throw.
    using Blocks = std::function<std::string_view()>;
    void write_file(const std::string& path, unsigned mode, const Blocks& next_block);
    // Content that is there whole: threads of the stage check and write it while the caller goes
    // on. What they throw is thrown by a later call, by publish() at the latest.
    using Check = std::function<void(std::string_view content)>;
    void write_later(const std::string& path, unsigned mode, std::string content, Check check);
    // On Windows it is made by publish(), which throws where this user may not make links.
    void make_link(const std::string& path, const std::string& target);

    // Durable when it returns: all content, then the rename, with this mode for the folder.
    void publish(unsigned mode);

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace locum::platform
