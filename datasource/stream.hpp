#pragma once
// Within datasource/ only: rows on their way from a reader thread to the writer, in batches,
// through a queue that bounds the memory.

#include "datasource/engines.hpp"
#include "datasource/schema.hpp"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

namespace locum::datasource {

// Fields of whole rows of one table, in the order of the columns read.
struct Batch {
    static constexpr std::int32_t null = -1;
    std::size_t table = 0; // index in the schema
    bool last = false;     // of its job
    std::vector<char> bytes;
    std::vector<std::int32_t> sizes; // of each value in bytes, or null

    // What it takes in memory: a row of NULLs has no bytes, but sizes.
    std::size_t size() const { return bytes.size() + sizes.size() * sizeof(sizes[0]); }
};

// Appends the rows of one message of COPY's binary format. begun: whether the format's header is
// behind already. False at the format's end.
bool append_copy_rows(Batch& batch, std::string_view message, bool& begun);

class BatchQueue {
public:
    // limit: bytes that may wait; one batch may always, however large.
    explicit BatchQueue(std::size_t limit) : limit_(limit) {}

    // Waits while there is no room. False: the other side gave up.
    bool push(Batch batch);
    // nullopt at the end. Throws what the reader failed with, once all before it was taken.
    std::optional<Batch> pop();
    void finish(std::exception_ptr failure); // by the reader
    void stop();                             // by the writer
    // Emptied batches keep their memory and go round.
    Batch spare();
    void give_back(Batch batch);

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Batch> full_;
    std::vector<Batch> spare_;
    std::size_t limit_;
    std::size_t waiting_ = 0; // bytes
    bool finished_ = false;
    bool stopped_ = false;
    std::exception_ptr failure_;
};

// One COPY: a table, or a part of one.
struct CopyJob {
    std::size_t table = 0;
    std::string sql; // COPY … TO STDOUT (FORMAT binary)
};

// Does its jobs one after the other in a thread of its own until all is read or this object goes.
// The connection belongs to the thread meanwhile.
class CopyReader {
public:
    CopyReader(PGconn* connection, std::vector<CopyJob> jobs, BatchQueue& queue);
    ~CopyReader();
    CopyReader(const CopyReader&) = delete;
    CopyReader& operator=(const CopyReader&) = delete;

private:
    void run();
    bool read(const CopyJob& job);

    PGconn* connection_;
    std::vector<CopyJob> jobs_;
    BatchQueue& queue_;
    std::thread thread_;
};

} // namespace locum::datasource
