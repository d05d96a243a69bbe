package io.bookserver.feed.exchange;

import java.util.OptionalInt;

/** One socket to the exchange. Its events come on the connector's thread, in order, and none after the end. */
interface Line {
    void send(String command);

    void ping();

    /** Sets whether the socket is read. */
    void read(boolean reads);

    /** Closes it, without an event. */
    void close();

    /** Opens lines. */
    interface Opener {
        Line open(Events events);
    }

    /** The events of a line. */
    interface Events {
        void opened();

        /** @param receivedMs epoch ms, when the message was read from the socket */
        void received(byte[] payload, long receivedMs);

        /** @param receivedMs epoch ms */
        void ponged(long receivedMs);

        /**
         * The exchange has sent a ping, which was answered.
         *
         * @param receivedMs epoch ms
         */
        void pinged(long receivedMs);

        void ended(End end);
    }

    /**
     * Why a line has ended, or could not be opened.
     *
     * @param httpStatus if the handshake was rejected
     * @param retryAfterMs how long to wait before the next handshake, if the exchange has said so; 0 if not
     */
    record End(String reason, OptionalInt httpStatus, long retryAfterMs) {
        End(String reason, OptionalInt httpStatus) {
            this(reason, httpStatus, 0);
        }

        static End of(String reason) {
            return new End(reason, OptionalInt.empty());
        }
    }
}
