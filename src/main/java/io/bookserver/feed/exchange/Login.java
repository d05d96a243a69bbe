package io.bookserver.feed.exchange;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The login to the exchange: the id of an API key and its private key, which signs every request.
 *
 * <p><i>Immutable.</i>
 */
final class Login {
    private static final int SALT_BYTES = 32;

    private final String keyId;
    private final PrivateKey key;

    Login(String keyId, PrivateKey key) {
        this.keyId = keyId;
        this.key = key;
    }

    /**
     * The login headers of a GET.
     *
     * @param timestampMs epoch ms; the exchange rejects one that is far from its own time
     * @param path the request's path, without its query
     */
    Map<String, String> headers(long timestampMs, String path) {
        String timestamp = Long.toString(timestampMs);
        byte[] text = (timestamp + "GET" + path).getBytes(StandardCharsets.UTF_8);
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("KALSHI-ACCESS-KEY", keyId);
        headers.put("KALSHI-ACCESS-TIMESTAMP", timestamp);
        headers.put("KALSHI-ACCESS-SIGNATURE", Base64.getEncoder().encodeToString(signed(text)));
        return headers;
    }

    private byte[] signed(byte[] text) {
        try {
            Signature signature = signature();
            signature.initSign(key);
            signature.update(text);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the private key cannot sign: algorithm=" + key.getAlgorithm(), e);
        }
    }

    private Signature signature() throws GeneralSecurityException {
        if (!key.getAlgorithm().equals("RSA")) {
            return Signature.getInstance("Ed25519");
        }
        Signature pss = Signature.getInstance("RSASSA-PSS");
        pss.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, SALT_BYTES, 1));
        return pss;
    }

    /** Contains no secret. */
    @Override
    public String toString() {
        return "login with a key of " + key.getAlgorithm();
    }
}
