"""TLS with an authority of one's own, and the proxies that https_proxy and http_proxy name."""

import pytest

from support import models
from support.command import NETWORK, USAGE
from support.fault_server import Body, FaultServer
from support.proxy import ForwardProxy
from support.raw_http import exchange
from support.tls import make_certificates

FILES = models.saved_model_files()


@pytest.fixture(scope="module")
def certificates(module_scratch):
    return make_certificates(module_scratch / "certificates")


@pytest.fixture
def secure(publish, serve, certificates, scratch):
    models.write_tree(scratch / "m", FILES)
    publish("acme/mul/1", scratch / "m")
    return serve("--tls-cert", certificates.certificate, "--tls-key", certificates.key)


def test_serve_with_a_certificate_says_https(secure):
    assert secure.first_line.startswith("listening on https://127.0.0.1:")


@pytest.mark.parametrize("variable", ["TFHUB_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_private_authority_is_trusted_where_one_names_it(tfhub, secure, certificates, variable):
    handle = f"{secure.url}/acme/mul/1"
    tfhub.fails(NETWORK, "resolve", handle)
    path = tfhub.with_env(**{variable: str(certificates.authority)}).ok("resolve", handle).path
    assert models.tree(path) == models.tree_of(FILES)


def test_an_unknown_authority_is_refused_with_the_way_out_and_not_retried(tfhub, certificates):
    with FaultServer(tls=certificates.server_context()) as server:
        finished = tfhub.with_env(TFHUB_RETRIES="4").fails(NETWORK, "resolve", f"{server.url}/acme/mul/1")
        assert "certificate" in finished.err and "TFHUB_CA_BUNDLE" in finished.err
        assert server.connections == 1


def test_a_certificate_for_another_name_is_refused(tfhub, secure, certificates):
    env = tfhub.with_env(TFHUB_CA_BUNDLE=str(certificates.authority))
    finished = env.fails(NETWORK, "resolve", f"https://localhost:{secure.port}/acme/mul/1")
    assert "localhost" in finished.err and "certificate" in finished.err
    env.ok("resolve", f"{secure.url}/acme/mul/1")


@pytest.mark.parametrize("value,trusted", [("true", True), ("True", False), ("1", False), ("yes", False), ("", False)])
def test_only_the_exact_word_true_switches_the_check_off(tfhub, secure, value, trusted):
    finished = tfhub.with_env(TFHUB_DISABLE_CERT_VALIDATION=value).run("resolve", f"{secure.url}/acme/mul/1")
    assert (finished.code == 0) is trusted, str(finished)


def test_tensorflow_hub_resolves_over_tls_from_our_server(tensorflow_hub, secure, cache):
    path = tensorflow_hub("resolve", cache.path, handle=f"{secure.url}/acme/mul/1", env={"TFHUB_DISABLE_CERT_VALIDATION": "true"})
    assert models.tree(path) == models.tree_of(FILES)


def test_plain_http_on_the_tls_port_ends_without_harm(secure, tfhub, certificates):
    assert b"200" not in exchange(secure, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", timeout=12)
    tfhub.with_env(TFHUB_CA_BUNDLE=str(certificates.authority)).ok("resolve", f"{secure.url}/acme/mul/1")


def test_a_certificate_without_its_key_is_wrong_usage(tfhub, publish, store, certificates, scratch):
    publish("acme/mul/1")
    base = ("serve", "--store", store, "--listen", "127.0.0.1:0")
    tfhub.fails(USAGE, *base, "--tls-cert", certificates.certificate)
    tfhub.fails(USAGE, *base, "--tls-key", certificates.key)
    (scratch / "bad.pem").write_text("no certificate")
    tfhub.fails(USAGE, *base, "--tls-cert", scratch / "bad.pem", "--tls-key", certificates.key)


@pytest.mark.parametrize("variable", ["http_proxy", "all_proxy"])
def test_http_proxy_is_used_for_http(tfhub, fault, variable):
    fault.on("/acme/mul/1", Body(models.tar_of(FILES)))
    with ForwardProxy(to=(fault.host, fault.port)) as proxy:
        path = tfhub.with_env(**{variable: proxy.url}).ok("resolve", "http://hub.example/acme/mul/1").path
        assert models.tree(path) == models.tree_of(FILES)
        assert proxy.lines[0] == "GET http://hub.example/acme/mul/1?tf-hub-format=compressed HTTP/1.1"


@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY"])
def test_https_proxy_is_asked_for_a_tunnel(tfhub, certificates, variable):
    with FaultServer(tls=certificates.server_context()) as server, ForwardProxy(to=(server.host, server.port)) as proxy:
        server.on("/acme/mul/1", Body(models.tar_of(FILES)))
        env = tfhub.with_env(**{variable: proxy.url, "TFHUB_CA_BUNDLE": str(certificates.authority)})
        path = env.ok("resolve", "https://hub.example/acme/mul/1").path
        assert models.tree(path) == models.tree_of(FILES)
        assert proxy.lines[0].startswith("CONNECT hub.example:443 ")


def test_no_proxy_goes_around_it(tfhub, fault):
    handle = fault.on("/acme/mul/1", Body(models.tar_of(FILES)))
    with ForwardProxy(to=(fault.host, fault.port)) as proxy:
        tfhub.with_env(http_proxy=proxy.url, no_proxy="127.0.0.1,localhost").ok("resolve", handle)
        assert proxy.lines == []


def test_a_proxy_that_is_not_there_is_a_network_failure_that_names_it(tfhub):
    env = tfhub.with_env(http_proxy="http://127.0.0.1:9", TFHUB_RETRIES="0")
    finished = env.fails(NETWORK, "resolve", "http://hub.example/acme/mul/1")
    assert "proxy" in finished.err.lower() or "127.0.0.1" in finished.err


def test_the_china_host_is_fetched_from_its_bucket_as_tensorflow_hub_does(tfhub, certificates, cache):
    with FaultServer(tls=certificates.server_context()) as server, ForwardProxy(to=(server.host, server.port)) as proxy:
        server.on("/tfhub-modules/acme/mul/1.tar.gz", Body(models.tar_of(FILES)))
        env = tfhub.with_env(https_proxy=proxy.url, TFHUB_CA_BUNDLE=str(certificates.authority))
        handle = "https://hub.tensorflow.google.cn/acme/mul/1"
        assert env.ok("resolve", handle).path == cache.entry(handle)
        assert proxy.lines[0].startswith("CONNECT gcs.tensorflow.google.cn:443 ")
        assert [r.target for r in server.requests] == ["/tfhub-modules/acme/mul/1.tar.gz"]
