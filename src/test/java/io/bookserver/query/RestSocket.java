package io.bookserver.query;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * An HTTP client on a bare socket, so that a test can send half a request, pipeline requests and not read. It reads
 * only when told to.
 *
 * <p><i>Not thread-safe; confined to one thread.</i>
 */
final class RestSocket implements AutoCloseable {
    /** One answer; header names are in lower case. */
    record Answer(int status, Map<String, String> headers, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    private final Socket socket = new Socket();
    private final DataInputStream in;

    private RestSocket(URI uri, int receiveBufferBytes) throws IOException {
        if (receiveBufferBytes > 0) {
            socket.setReceiveBufferSize(receiveBufferBytes);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(30_000);
        socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()));
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
    }

    static RestSocket open(URI uri) throws IOException {
        return new RestSocket(uri, 0);
    }

    /** A client with a small receive buffer. */
    static RestSocket narrow(URI uri) throws IOException {
        return new RestSocket(uri, 4_096);
    }

    RestSocket send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    RestSocket get(String path) throws IOException {
        return send("GET " + path + " HTTP/1.1\r\nHost: here\r\n\r\n");
    }

    RestSocket post(String path, String body) throws IOException {
        return send("POST " + path + " HTTP/1.1\r\nHost: here\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body);
    }

    /** Announces a chunked body and sends the first chunk, of that many bytes. */
    RestSocket beginChunked(String path, int bytes) throws IOException {
        return send("POST " + path + " HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"
                + Integer.toHexString(bytes) + "\r\n" + " ".repeat(bytes) + "\r\n");
    }

    Answer read() throws IOException {
        return read(true);
    }

    Answer read(boolean withBody) throws IOException {
        String[] lines = head().split("\r\n");
        Map<String, String> headers = new TreeMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            headers.put(lines[i].substring(0, colon).toLowerCase(Locale.ROOT), lines[i].substring(colon + 1).trim());
        }
        return new Answer(Integer.parseInt(lines[0].split(" ")[1]), headers, withBody ? body(headers) : new byte[0]);
    }

    /** Whether the server closes the connection; what it still sends is discarded. */
    boolean isClosed() {
        try {
            while (in.read() >= 0) {
                // the rest of an answer
            }
            return true;
        } catch (IOException e) {
            return !(e instanceof java.net.SocketTimeoutException);
        }
    }

    private byte[] body(Map<String, String> headers) throws IOException {
        if (!"chunked".equals(headers.get("transfer-encoding"))) {
            byte[] body = new byte[Integer.parseInt(headers.getOrDefault("content-length", "0"))];
            in.readFully(body);
            return body;
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
            byte[] chunk = new byte[size];
            in.readFully(chunk);
            body.write(chunk);
            line();
        }
        line();
        return body.toByteArray();
    }

    private String head() throws IOException {
        StringBuilder head = new StringBuilder();
        for (String line = line(); !line.isEmpty(); line = line()) {
            head.append(line).append("\r\n");
        }
        return head.toString();
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("closed");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
