// The same server behind TLS, with a certificate made here and OpenSSL's own client.
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdio>

#include "raw_client.h"
#include "server/server.h"

namespace tfhub::server {
namespace {

using protocol::Kind;
using ::testing::HasSubstr;

void write_certificate(const std::string& certificate_path, const std::string& key_path) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"),
                             -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_sign(certificate, key, EVP_sha256());
  FILE* file = std::fopen(certificate_path.c_str(), "w");
  PEM_write_X509(file, certificate);
  std::fclose(file);
  file = std::fopen(key_path.c_str(), "w");
  PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

class Tls : public ::testing::Test {
 protected:
  Tls() : store_(open_directory(directory_.path() + "/store")) {
    archive_ = many_bytes(8 << 20);
    publish(*store_, "acme/big/1", Kind::kSavedModel, archive_, {{"saved_model.pb", "graph"}});
    options_.listen = "127.0.0.1:0";
    options_.access_log = false;
    options_.threads = 1;
    options_.tls_certificate = directory_.path() + "/cert.pem";
    options_.tls_key = directory_.path() + "/key.pem";
    write_certificate(options_.tls_certificate, options_.tls_key);
  }

  // Sends `requests`, gives everything that comes back until the server closes.
  std::string talk(Server& server, std::string_view requests, int receive_buffer = 0) {
    RawClient socket(server.url(), receive_buffer);
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    SSL* session = SSL_new(context);
    SSL_set_fd(session, socket.fd());
    std::string got;
    if (SSL_connect(session) == 1) {
      version_ = SSL_get_version(session);
      SSL_write(session, requests.data(), static_cast<int>(requests.size()));
      std::string block(64 << 10, '\0');
      for (int n = 0; (n = SSL_read(session, block.data(), static_cast<int>(block.size()))) > 0;)
        got.append(block, 0, static_cast<size_t>(n));
      clean_end_ = (SSL_get_shutdown(session) & SSL_RECEIVED_SHUTDOWN) != 0;
    }
    SSL_free(session);
    SSL_CTX_free(context);
    return got;
  }

  TempDir directory_;
  std::shared_ptr<store::ObjectStore> store_;
  ServerOptions options_;
  std::string archive_, version_;
  bool clean_end_ = false;
};

TEST_F(Tls, ServesTheSameBytes) {
  const auto server = Server::start(store_, options_);
  ASSERT_TRUE(server) << server.error().message();
  EXPECT_EQ((*server)->url().substr(0, 8), "https://");
  const std::string got =
      talk(**server,
           "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"
           "GET /acme/big?tf-hub-format=compressed HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
           64 << 10);
  EXPECT_TRUE(got.ends_with(archive_));
  EXPECT_THAT(got.substr(0, 2000), HasSubstr("<https://h/acme/big/1>; rel=\"canonical\""));
  EXPECT_EQ(version_, "TLSv1.3");
  EXPECT_TRUE(clean_end_) << "an end without close notify looks like an attack";
}

TEST_F(Tls, WhoSpeaksNoTlsIsTurnedAway) {
  options_.header_timeout = std::chrono::milliseconds(200);
  const auto server = Server::start(store_, options_);
  ASSERT_TRUE(server);
  RawClient plain((*server)->url()), silent((*server)->url());
  plain.send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(plain.rest().find("HTTP/1.1 200"), std::string::npos);
  EXPECT_TRUE(silent.closed(std::chrono::seconds(3))) << "a handshake that never comes";
  EXPECT_THAT(talk(**server, "GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
              HasSubstr("\r\n\r\nok"));
}

TEST_F(Tls, ABadCertificateIsNamed) {
  options_.tls_key = options_.tls_certificate;
  const auto server = Server::start(store_, options_);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code(), Code::kUsage);
  EXPECT_THAT(server.error().message(), HasSubstr("cert.pem"));
}

}  // namespace
}  // namespace tfhub::server
