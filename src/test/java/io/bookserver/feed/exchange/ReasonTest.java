package io.bookserver.feed.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class ReasonTest {
    @Test
    void failure_withCauses_isToldWithTheRootCause() {
        Exception failure = new SSLHandshakeException("no TLS");
        assertThat(Reason.of(failure)).isEqualTo("javax.net.ssl.SSLHandshakeException: no TLS");
        failure.initCause(new CertificateException("path", new CertificateExpiredException("NotAfter: yesterday")));
        assertThat(Reason.of(failure)).isEqualTo("javax.net.ssl.SSLHandshakeException: no TLS, because of"
                + " java.security.cert.CertificateExpiredException: NotAfter: yesterday");
    }
}
