package io.bookserver.feed.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoginTest {
    private static final long NOW_MS = 1_786_085_188_978L;
    private static final String PATH = "/trade-api/ws/v2";

    @TempDir
    Path folder;

    @Test
    void headers_ofAnRsaKey_carryAPssSignatureOverTimeMethodAndPath() throws GeneralSecurityException, IOException {
        KeyPair pair = pair("RSA", 2048);
        Login login = new Login("key-1", PrivateKeyFile.read(pem("PRIVATE KEY", pair.getPrivate().getEncoded())));
        Map<String, String> headers = login.headers(NOW_MS, PATH);
        assertThat(headers).containsOnlyKeys("KALSHI-ACCESS-KEY", "KALSHI-ACCESS-TIMESTAMP", "KALSHI-ACCESS-SIGNATURE")
                .containsEntry("KALSHI-ACCESS-KEY", "key-1").containsEntry("KALSHI-ACCESS-TIMESTAMP", "" + NOW_MS);
        assertThat(verified(pair.getPublic(), headers, NOW_MS + "GET" + PATH)).isTrue();
        assertThat(verified(pair.getPublic(), headers, (NOW_MS + 1) + "GET" + PATH)).isFalse();
    }

    @Test
    void key_asPkcs1_isTheSameKey() throws GeneralSecurityException, IOException {
        for (int bits : new int[] {1024, 2048, 4096}) {
            KeyPair pair = pair("RSA", bits);
            byte[] pkcs8 = pair.getPrivate().getEncoded();
            assertThat(PrivateKeyFile.read(pem("RSA PRIVATE KEY", pkcs1In(pkcs8)))).isEqualTo(pair.getPrivate());
        }
    }

    @Test
    void headers_ofAnEd25519Key_carryItsSignature() throws GeneralSecurityException, IOException {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        PrivateKey key = PrivateKeyFile.read(pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
        Map<String, String> headers = new Login("key-2", key).headers(NOW_MS, PATH);
        Signature signature = Signature.getInstance("Ed25519");
        signature.initVerify(pair.getPublic());
        signature.update((NOW_MS + "GET" + PATH).getBytes(StandardCharsets.UTF_8));
        assertThat(signature.verify(Base64.getDecoder().decode(headers.get("KALSHI-ACCESS-SIGNATURE")))).isTrue();
    }

    @Test
    void signatures_ofTheSameRequest_areMadeAnew() throws GeneralSecurityException {
        Login login = new Login("key-1", pair("RSA", 2048).getPrivate());
        assertThat(login.headers(NOW_MS, PATH).get("KALSHI-ACCESS-SIGNATURE"))
                .isNotEqualTo(login.headers(NOW_MS, PATH).get("KALSHI-ACCESS-SIGNATURE"));
    }

    @Test
    void file_thatHoldsNoUsableKey_isRefusedWithoutItsContent() throws GeneralSecurityException, IOException {
        byte[] rsa = pair("RSA", 1024).getPrivate().getEncoded();
        String secret = Base64.getEncoder().encodeToString(rsa).substring(40, 60);
        byte[] ec = KeyPairGenerator.getInstance("EC").generateKeyPair().getPrivate().getEncoded();
        Map<String, Path> refused = Map.of(
                "encrypted", pem("ENCRYPTED PRIVATE KEY", rsa),
                "CERTIFICATE", pem("CERTIFICATE", rsa),
                "no key that can be read", pem("PRIVATE KEY", Arrays.copyOf(rsa, 100)),
                "no key that", pem("PRIVATE KEY", ec),
                "no PEM block", Files.writeString(folder.resolve("text"), "nothing"),
                "NoSuchFile", folder.resolve("missing.pem"));
        refused.forEach((why, file) -> assertThatThrownBy(() -> PrivateKeyFile.read(file))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(why)
                .hasMessageContaining("private-key").hasMessageNotContaining(secret).hasNoCause());
    }

    @Test
    void login_asText_saysNothingSecret() throws GeneralSecurityException {
        assertThat(new Login("key-1", pair("RSA", 1024).getPrivate())).hasToString("login with a key of RSA");
    }

    private static KeyPair pair(String algorithm, int bits) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    private Path pem(String type, byte[] der) throws IOException {
        Path file = Files.createTempFile(folder, "key", ".pem");
        return Files.writeString(file, "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + type + "-----\n");
    }

    /** The octet string at the end of a PKCS#8 RSA key, whose length takes two bytes or one. */
    private static byte[] pkcs1In(byte[] pkcs8) {
        for (int at = 20; ; at++) {
            if (pkcs8[at] == 4 && pkcs8[at + 1] == (byte) 0x82) {
                return Arrays.copyOfRange(pkcs8, at + 4, pkcs8.length);
            }
        }
    }

    private static boolean verified(PublicKey key, Map<String, String> headers, String text)
            throws GeneralSecurityException {
        Signature signature = Signature.getInstance("RSASSA-PSS");
        signature.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
        signature.initVerify(key);
        signature.update(text.getBytes(StandardCharsets.UTF_8));
        return signature.verify(Base64.getDecoder().decode(headers.get("KALSHI-ACCESS-SIGNATURE")));
    }
}
