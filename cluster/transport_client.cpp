#include "cluster/transport_client.hpp"

#include "cluster/transport_conversation.hpp"
#include "cluster/wire.hpp"

namespace locum::cluster {

namespace {

struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, FreeContext>;

tls::Trust of_cluster(const std::string& ca_pem) {
    tls::Trust trust;
    trust.ca_pem = ca_pem;
    return trust;
}

} // namespace

struct TransportClient::State {
    token::Identity identity;
    TransportClientOptions options;
    Context tls;
};

TransportClient::TransportClient(token::Identity identity, TransportClientOptions options) {
    Context context(tls::client_context(&identity));
    state_.reset(new State{std::move(identity), options, std::move(context)});
}
TransportClient::~TransportClient() = default;
TransportClient::TransportClient(TransportClient&&) noexcept = default;
TransportClient& TransportClient::operator=(TransportClient&&) noexcept = default;

std::string TransportClient::call(const Peer& peer, const std::string& verb,
                                  const std::string& json_body, const OnProgress& progress) const {
    Outgoing outgoing;
    outgoing.verb = verb;
    outgoing.make_body = [&json_body](const std::string&) { return json_body; };
    return converse(state_->tls.get(), of_cluster(state_->identity.ca_pem), peer, state_->options,
                    progress, std::move(outgoing));
}

std::string TransportClient::call_bound(
    const Peer& peer, const std::string& verb,
    const std::function<std::string(const std::string& channel)>& make_body) const {
    Outgoing outgoing;
    outgoing.verb = verb;
    outgoing.make_body = make_body;
    return converse(state_->tls.get(), of_cluster(state_->identity.ca_pem), peer, state_->options,
                    {}, std::move(outgoing));
}

std::string TransportClient::upload(
    const Peer& peer, const std::string& verb, const std::string& parameters_json,
    const std::string& file, const OnProgress& progress,
    const std::function<void(std::uint64_t more, std::uint64_t size)>& on_sent) const {
    const platform::InputFile in(file);
    Outgoing outgoing;
    outgoing.verb = verb;
    outgoing.parameters = wire::one_line(parameters_json, "the upload's parameters");
    outgoing.file_name = file;
    outgoing.file_size = in.size();
    outgoing.file = &in;
    if (on_sent)
        outgoing.on_sent = [&on_sent, size = outgoing.file_size](std::uint64_t more) {
            on_sent(more, size);
        };
    return converse(state_->tls.get(), of_cluster(state_->identity.ca_pem), peer, state_->options,
                    progress, std::move(outgoing));
}

std::string join_call(const std::string& verb, const std::string& ca_pin, const std::string& host,
                      std::uint16_t port,
                      const std::function<std::string(const std::string& channel)>& make_body,
                      TransportClientOptions options) {
    const Context context(tls::client_context(nullptr));
    tls::Trust trust;
    trust.ca_pin = ca_pin;
    Outgoing outgoing;
    outgoing.verb = verb;
    outgoing.make_body = make_body;
    return converse(context.get(), std::move(trust), {"", host, port}, options, {},
                    std::move(outgoing));
}

std::string clock_call(const std::string& verb, const std::string& ca_pin, const Peer& peer,
                       const std::function<void()>& on_sent, TransportClientOptions options) {
    const Context context(tls::client_context(nullptr));
    tls::Trust trust;
    trust.ca_pin = ca_pin;
    trust.at_any_time = true;
    Outgoing outgoing;
    outgoing.verb = verb;
    outgoing.make_body = [&on_sent](const std::string&) {
        on_sent();
        return std::string("{}");
    };
    return converse(context.get(), std::move(trust), peer, options, {}, std::move(outgoing));
}

} // namespace locum::cluster
