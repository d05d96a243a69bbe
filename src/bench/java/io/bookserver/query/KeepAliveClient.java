package io.bookserver.query;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * A minimal HTTP client: one socket, one request at a time, the answer read and discarded.
 *
 * <p><i>Not thread-safe; one per thread.</i>
 */
final class KeepAliveClient implements AutoCloseable {
    private static final byte[] END_OF_HEAD = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final String LENGTH = "content-length: ";

    private final Socket socket;
    private final InputStream in;
    private final byte[] buffer = new byte[1 << 20];

    KeepAliveClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        in = socket.getInputStream();
    }

    static byte[] get(String path) {
        return ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] post(String path, String body) {
        return ("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII);
    }

    /** Sends a request and reads its whole answer; returns the length of its body. */
    int ask(byte[] request) throws IOException {
        socket.getOutputStream().write(request);
        int read = 0;
        int bodyAt = -1;
        while (bodyAt < 0) {
            read += readSome(read);
            bodyAt = endOfHead(read);
        }
        String head = new String(buffer, 0, bodyAt, StandardCharsets.US_ASCII);
        if (!head.startsWith("HTTP/1.1 200")) {
            throw new IOException("not answered with 200: " + head);
        }
        int at = head.toLowerCase(Locale.ROOT).indexOf(LENGTH) + LENGTH.length();
        int length = Integer.parseInt(head.substring(at, head.indexOf('\r', at)));
        for (int rest = length - (read - bodyAt); rest > 0;) {
            rest -= readSome(0);
        }
        return length;
    }

    private int readSome(int from) throws IOException {
        int some = in.read(buffer, from, buffer.length - from);
        if (some < 0) {
            throw new IOException("closed in the midst of an answer");
        }
        return some;
    }

    private int endOfHead(int read) {
        for (int i = END_OF_HEAD.length; i <= read; i++) {
            if (Arrays.equals(buffer, i - END_OF_HEAD.length, i, END_OF_HEAD, 0, END_OF_HEAD.length)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
