package io.bookserver.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * A minimal WebSocket connection, with its progress in each market that it follows.
 *
 * <p><i>Not thread-safe; after connecting confined to the thread that reads it.</i>
 */
public final class LoadClient {
    private static final byte[] NOTHING = {};

    final SocketChannel channel;
    /** The markets it follows, ascending. */
    final int[] markets;
    /** For each of them the client's index in the sequence of its tops, or updates; -1 before the first message. */
    final int[] places;
    /** The bytes of an incomplete frame. */
    byte[] rest = NOTHING;
    int opened;
    boolean closed;

    private LoadClient(SocketChannel channel, int[] markets) {
        this.channel = channel;
        this.markets = markets;
        this.places = new int[markets.length];
        Arrays.fill(places, -1);
    }

    /** Connects and sends that command; the caller must read the answers. */
    static LoadClient connect(URI url, String subscribe, int[] markets, Optional<Integer> receiveBuffer, String headers)
            throws IOException {
        SocketChannel channel = SocketChannel.open();
        if (receiveBuffer.isPresent()) {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer.get());
        }
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.connect(new InetSocketAddress(url.getHost(), url.getPort()));
        write(channel, ByteBuffer.wrap(handshake(url, headers).getBytes(StandardCharsets.US_ASCII)));
        readHandshake(channel);
        write(channel, frame(1, subscribe.getBytes(StandardCharsets.US_ASCII)));
        return new LoadClient(channel, markets);
    }

    /**
     * A request for the upgrade.
     *
     * @param headers further ones, each with its end of line
     */
    public static String handshake(URI url, String headers) {
        return "GET /trade-api/ws/v2 HTTP/1.1\r\nHost: " + url.getAuthority()
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + headers + "\r\n";
    }

    /** The index of a market in {@link #markets}; negative if it is not followed. */
    int slot(int market) {
        return markets.length > market && markets[market] == market ? market : Arrays.binarySearch(markets, market);
    }

    void pong(byte[] in, int from, int to) throws IOException {
        channel.write(frame(10, Arrays.copyOfRange(in, from, to)));
    }

    void close() throws IOException {
        channel.close();
    }

    /** A whole frame of a client, masked with zeros. */
    public static ByteBuffer frame(int opcode, byte[] body) {
        ByteBuffer frame = ByteBuffer.allocate(body.length + 14);
        frame.put((byte) (0x80 | opcode));
        if (body.length < 126) {
            frame.put((byte) (0x80 | body.length));
        } else if (body.length < 65536) {
            frame.put((byte) (0x80 | 126)).putShort((short) body.length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(body.length);
        }
        return frame.putInt(0).put(body).flip();
    }

    private static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void readHandshake(SocketChannel channel) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            one.clear();
            if (channel.read(one) < 0) {
                throw new IOException("closed during the handshake: " + head);
            }
            head.append((char) one.get(0));
        }
        if (!head.toString().startsWith("HTTP/1.1 101")) {
            throw new IOException("no WebSocket: " + head);
        }
    }
}
