package io.bookserver.feed.exchange;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a private key from a PEM file: RSA as PKCS#1 or PKCS#8, or Ed25519 as PKCS#8. No message of this class reveals
 * the file's content.
 *
 * <p>The JDK reads only PKCS#8. PKCS#1 could be read by an internal class of Vert.x, which any version may remove, or
 * by Bouncy Castle, which is megabytes for a few different bytes.
 *
 * <p><i>Stateless.</i>
 */
final class PrivateKeyFile {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");
    /** Version 0 and the algorithm rsaEncryption with its empty parameters, as PKCS#8 puts them before an RSA key. */
    private static final byte[] PKCS8_RSA_HEAD = {
        2, 1, 0, 0x30, 13, 6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 13, 1, 1, 1, 5, 0
    };
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 4;

    private PrivateKeyFile() {}

    /**
     * The key in that file.
     *
     * @throws IllegalArgumentException if there is no usable key; the message states what is required
     */
    static PrivateKey read(Path file) {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new IllegalArgumentException("orderbook.feed.exchange.private-key cannot be read: file=" + file
                    + " reason=" + e.getClass().getSimpleName());
        }
        return parse(text, file);
    }

    private static PrivateKey parse(String text, Path file) {
        Matcher block = BLOCK.matcher(text);
        if (!block.find()) {
            throw refused("no PEM block in it", file);
        }
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(block.group(2));
        } catch (IllegalArgumentException e) {
            throw refused("its Base64 is damaged", file);
        }
        switch (block.group(1)) {
            case "RSA PRIVATE KEY":
                return key("RSA", wrapped(der), file);
            case "PRIVATE KEY":
                return key(isEd25519(der) ? "Ed25519" : "RSA", der, file);
            case "ENCRYPTED PRIVATE KEY":
                throw refused("it is encrypted: decrypt it by `openssl pkey`", file);
            default:
                throw refused("it holds a " + block.group(1), file);
        }
    }

    private static PrivateKey key(String algorithm, byte[] pkcs8, Path file) {
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException e) {
            throw refused("it holds no key that can be read", file);
        }
    }

    /** Whether the algorithm has the object identifier 1.3.101.112. */
    private static boolean isEd25519(byte[] der) {
        for (int at = 0; at + 5 <= der.length && at < 16; at++) {
            if (der[at] == 6 && der[at + 1] == 3 && der[at + 2] == 0x2b && der[at + 3] == 0x65 && der[at + 4] == 0x70) {
                return true;
            }
        }
        return false;
    }

    /** Wraps PKCS#1 in PKCS#8. */
    private static byte[] wrapped(byte[] pkcs1) {
        byte[] octets = element(OCTET_STRING, pkcs1);
        byte[] content = new byte[PKCS8_RSA_HEAD.length + octets.length];
        System.arraycopy(PKCS8_RSA_HEAD, 0, content, 0, PKCS8_RSA_HEAD.length);
        System.arraycopy(octets, 0, content, PKCS8_RSA_HEAD.length, octets.length);
        return element(SEQUENCE, content);
    }

    /** A DER element of less than 64 KiB. */
    private static byte[] element(int tag, byte[] content) {
        int length = content.length;
        byte[] head = length < 128
                ? new byte[] {(byte) tag, (byte) length}
                : length < 256
                        ? new byte[] {(byte) tag, (byte) 0x81, (byte) length}
                        : new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
        byte[] element = new byte[head.length + length];
        System.arraycopy(head, 0, element, 0, head.length);
        System.arraycopy(content, 0, element, head.length, length);
        return element;
    }

    private static IllegalArgumentException refused(String why, Path file) {
        return new IllegalArgumentException("orderbook.feed.exchange.private-key must be the PEM file of an RSA key (PKCS#1 or"
                + " PKCS#8) or of an Ed25519 key (PKCS#8), not encrypted; " + why + ": file=" + file);
    }
}
