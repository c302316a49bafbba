"""A bucket that is reached by TLS, as every cloud's: what is signed and trusted there is so on connections of our own, too."""

import pytest

from support import models
from support.command import NETWORK, USAGE
from support.emulators import VersityGateway
from support.proxy import ForwardProxy
from support.raw_http import get
from support.tls import make_certificates

ARCHIVE = "/acme/mul/1?tf-hub-format=compressed"
LARGE = 5 << 20


class EncryptedGateway(VersityGateway):
    """Tells who asked for what: Amazon's server access log."""

    @property
    def endpoint(self) -> str:
        return super().endpoint.replace("http:", "https:")

    def command(self):
        self.log = self.root.with_suffix(".access")
        self.certificates = make_certificates(self.root.with_suffix(".tls"))
        program, *options = super().command()
        return [program, "--cert", self.certificates.certificate, "--key", self.certificates.key, "--access-log", self.log, *options]


@pytest.fixture(scope="module")
def cloud(module_scratch):
    with EncryptedGateway(module_scratch / "by-tls") as gateway:
        yield gateway


@pytest.fixture
def store(bucket) -> str:
    return bucket


@pytest.fixture
def tfhub(tfhub, cloud):
    return tfhub.with_env(SSL_CERT_FILE=str(cloud.certificates.authority))


@pytest.mark.parametrize("variable", ["TFHUB_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_private_authority_is_trusted_where_one_names_it(tfhub, cloud, bucket, scratch, variable):
    unknown = {"SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt"}
    tfhub = tfhub.with_env(**unknown | {variable: str(cloud.certificates.authority)})
    tfhub.ok("publish", models.saved_model(scratch / "m"), "acme/mul/1", "--store", bucket)


@pytest.mark.parametrize("text", [None, "no certificate"])
def test_a_file_without_authorities_is_named(tfhub, bucket, scratch, text):
    authorities = scratch / "authorities.pem"
    if text:
        authorities.write_text(text)
    failed = tfhub.with_env(TFHUB_CA_BUNDLE=str(authorities)).fails(USAGE, "store", "ls", "--store", bucket)
    assert str(authorities) in failed.err


def test_a_model_goes_in_and_out_by_tls(tfhub, cloud, publish, serve, scratch):
    large = models.saved_model(scratch / "large", size=LARGE)
    publish("acme/mul/1", large)
    server = serve()
    whole = get(server, ARCHIVE)
    assert whole.status == 200 and len(whole.body) > LARGE
    part = get(server, ARCHIVE, Range="bytes=1000000-4999999")
    assert part.status == 206 and part.body == whole.body[1_000_000:5_000_000]
    assert models.tree(tfhub.ok("resolve", f"{server.url}/acme/mul/1").path) == models.tree(large)
    reads = [line for line in cloud.log.read_text().splitlines() if " s3_GetObject models/of-ours/acme/mul/1.tar.gz " in line]
    assert len(reads) == 3, "none was tried in vain"


def test_a_proxy_on_the_way_is_asked_for_tunnels(tfhub, cloud, publish, serve, scratch):
    publish("acme/mul/1", models.saved_model(scratch / "large", size=LARGE))
    with ForwardProxy(to=("127.0.0.1", cloud.port)) as proxy:
        server = serve(env={"https_proxy": proxy.url})
        assert get(server, "/acme/mul/1/saved_model.pb?tf-hub-format=file").status == 200
        before = len(proxy.lines)
        assert len(get(server, ARCHIVE).body) > LARGE
        assert len(proxy.lines) > before and {line.partition(" HTTP/")[0] for line in proxy.lines} == {f"CONNECT 127.0.0.1:{cloud.port}"}


def test_an_authority_that_nobody_trusts_is_refused_before_anything_is_sent(tfhub, cloud, bucket, scratch):
    asked = cloud.log.read_text() if cloud.log.exists() else ""
    tfhub.with_env(SSL_CERT_FILE="/etc/ssl/certs/ca-certificates.crt").fails(
        NETWORK, "publish", models.saved_model(scratch / "m"), "acme/mul/1", "--store", bucket)
    assert (cloud.log.read_text() if cloud.log.exists() else "") == asked
