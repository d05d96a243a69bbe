package io.bookserver.feed;

/**
 * Creates the feed of one mode. Each sub-package has a bean of this type; a build without the sub-package does not have
 * its mode.
 */
public interface FeedSource {
    /** The mode of this feed. */
    FeedConfig.Mode mode();

    /** Whether mode {@code auto} may choose it. */
    boolean isReady();

    /** A feed that has not been started. */
    Feed open();
}
