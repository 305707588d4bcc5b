#include "platform/tree.hpp"
#include "tests/integration/cluster/transport_support.hpp"

#include <fstream>

using namespace transport_support;

namespace {

struct Uploads {
    locum::testing::Scratch folder;
    std::string incoming = folder / "incoming";
    std::string kept = folder / "kept";
    std::atomic<int> calls{0};
    std::string body;
    std::string sha256;
    unsigned mode = 0;

    TransportServerOptions options() const {
        TransportServerOptions given;
        given.upload_folder = incoming;
        given.body_limit = milliseconds(2000);
        return given;
    }
    std::map<std::string, Verb> verbs(std::uint64_t limit = 64U << 20) {
        return {{"bundle",
                 {.handler = [this](const Request& request, const Emit&) -> std::string {
                      ++calls;
                      body = request.body;
                      mode = locum::testing::permissions(request.upload_file);
                      sha256 =
                          platform::sha256_hex(platform::read_file(request.upload_file, 64U << 20));
                      if (body == "\"keep\"")
                          platform::rename_durably(request.upload_file, kept);
                      if (body == "\"fail\"")
                          throw Error("not trusted", Kind::not_trusted);
                      return "\"" + sha256 + "\"";
                  },
                  .upload = true,
                  .body_limit = limit}}};
    }
    std::string file_of(const std::string& content) const {
        const std::string file = folder / "sent";
        std::ofstream(file, std::ios::binary) << content;
        return file;
    }
};

std::string noise(std::size_t size) {
    std::string all;
    while (all.size() < size)
        all += platform::random_bytes(4096);
    all.resize(size);
    return all;
}

} // namespace

TEST_CASE("an upload arrives whole, private, with its parameters") {
    const Network network;
    Uploads uploads;
    Agent agent(network, uploads.verbs(), uploads.options());
    const TransportClient client(network.node("node-2"));
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{256U << 10}, std::size_t{(5U << 20) + 3}}) {
        const std::string content = noise(size);
        std::uint64_t sent = 0;
        const std::string result =
            client.upload(agent.peer(), "bundle", "{ \"name\": \"é\" }", uploads.file_of(content),
                          {}, [&](std::uint64_t more, std::uint64_t all) {
                              sent += more;
                              CHECK(all == size);
                          });
        CHECK(sent == size);
        CHECK(result == "\"" + platform::sha256_hex(content) + "\"");
        CHECK(uploads.body == R"({"name":"\u00e9"})");
        CHECK(platform::has_mode(uploads.mode, 0600));
        CHECK(platform::list_folder(uploads.incoming).empty());
    }
}

TEST_CASE("an upload is kept by renaming it, and else gone") {
    const Network network;
    Uploads uploads;
    Agent agent(network, uploads.verbs(), uploads.options());
    const TransportClient client(network.node("node-2"));
    const std::string file = uploads.file_of("content");
    client.upload(agent.peer(), "bundle", "\"keep\"", file);
    CHECK(platform::read_file(uploads.kept) == "content");
    const Error error = thrown_by([&] { client.upload(agent.peer(), "bundle", "\"fail\"", file); });
    CHECK(error.kind() == Kind::not_trusted);
    CHECK(platform::list_folder(uploads.incoming).empty());
}

TEST_CASE("an upload over the limit is refused before it is sent") {
    const Network network;
    Uploads uploads;
    Agent agent(network, uploads.verbs(1000), uploads.options());
    const TransportClient client(network.node("node-2"));
    const std::string file = uploads.file_of(noise(1001));
    CHECK(says(thrown_by([&] { client.upload(agent.peer(), "bundle", "{}", file); }),
               "has 1001 bytes; at most 1000 are taken"));
    CHECK(uploads.calls == 0);
    CHECK(platform::list_folder(uploads.incoming).empty());
}

TEST_CASE("an upload larger than the disk is refused before it is read") {
    const Network network;
    Uploads uploads;
    Agent agent(network, uploads.verbs(~std::uint64_t{0}), uploads.options());
    const token::Identity identity = network.node("node-2");
    RawTls caller(agent.server.port(), &identity);
    caller.send(head("bundle", "9000000000000000000"));
    CHECK(caller.read_all().find("has room for") != std::string::npos);
    CHECK(platform::list_folder(uploads.incoming).empty());
}

TEST_CASE("an upload that breaks off or stalls leaves nothing") {
    const Network network;
    Uploads uploads;
    Agent agent(network, uploads.verbs(), uploads.options());
    const token::Identity identity = network.node("node-2");
    {
        RawTls caller(agent.server.port(), &identity);
        caller.send(head("bundle", "1000000") + noise(500000));
    }
    CHECK(agent.log->await("bundle", "closed during the upload"));
    RawTls stalled(agent.server.port(), &identity);
    stalled.send(head("bundle", "1000000") + noise(1000));
    CHECK(stalled.read_all().empty());
    CHECK(agent.log->await("bundle", "took too long"));
    agent.server.stop();
    const std::vector<std::string> left = platform::list_folder(uploads.incoming);
    CAPTURE(left.size());
    CAPTURE((left.empty() ? std::string() : left[0]));
    CHECK(left.empty());
    CHECK(uploads.calls == 0);
}

TEST_CASE("what a killed agent left is cleared, and nothing else") {
    const Network network;
    Uploads uploads;
    platform::make_folders(uploads.incoming, 0700);
    platform::write_file(uploads.incoming + "/upload-00ff", "half", 0600);
    platform::write_file(uploads.incoming + "/other", "mine", 0600);
    Agent agent(network, uploads.verbs(), uploads.options());
    CHECK(platform::list_folder(uploads.incoming) == std::vector<std::string>{"other"});
}

TEST_CASE("parameters that are no JSON and a file that is not there are refused here") {
    const Network network;
    Uploads uploads;
    Agent agent(network, uploads.verbs(), uploads.options());
    const TransportClient client(network.node("node-2"));
    const std::string file = uploads.file_of("content");
    CHECK(thrown_by([&] {
              client.upload(agent.peer(), "bundle", "x\r\nContent-Length: 0", file);
          }).kind() == Kind::usage);
    CHECK(says(
        thrown_by([&] { client.upload(agent.peer(), "bundle", "{}", uploads.folder / "none"); }),
        "none: no such file"));
    const token::Identity identity = network.node("node-2");
    RawTls caller(agent.server.port(), &identity);
    caller.send(head("bundle", "1", "X-Locum-Parameters: {oops\r\n") + "x");
    CHECK(caller.read_all().find("is not JSON") != std::string::npos);
    CHECK(uploads.calls == 0);
}
