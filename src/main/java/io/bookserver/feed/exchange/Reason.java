package io.bookserver.feed.exchange;

/** Why a connection failed, in one line. <i>Stateless.</i> */
final class Reason {
    private Reason() {}

    /**
     * The failure and its root cause. TLS failures have the reason only there: that a certificate has expired, or that
     * its authority is unknown.
     */
    static String of(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root == failure ? failure.toString() : failure + ", because of " + root;
    }
}
