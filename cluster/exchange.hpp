#pragma once
// What a handler says, on its way from its thread to the one that writes it to the caller.

#include <functional>
#include <mutex>
#include <string>
#include <utility>

namespace locum::cluster {

class Exchange {
public:
    // notify: called from the handler's thread after each line; must not block.
    explicit Exchange(std::function<void()> notify) : notify_(std::move(notify)) {}

    // Lines with their newline. Progress is dropped where the caller does not read what waits.
    void progress(const std::string& line);
    void finish(const std::string& last_line);

    // The lines since the last call, and whether the last one is among them.
    std::pair<std::string, bool> take();
    // Nothing is kept from now on.
    void caller_is_gone();

private:
    std::function<void()> notify_;
    std::mutex mutex_;
    std::string text_;
    bool finished_ = false;
    bool gone_ = false;
};

} // namespace locum::cluster
