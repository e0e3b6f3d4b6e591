package io.datahub.auth;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Settings of authentication. The users themselves are defined by the record {@code broker_users.xml}. */
@ObjectClassDefinition(
        name = "Datahub users",
        description = "How users are let in; who they are stands in broker_users.xml")
public @interface AuthConfiguration {

    @AttributeDefinition(
            description = "Name of the environment variable that may hold the first administrator's token, of at least"
                    + " 32 characters; looked at only when broker_users.xml is made. It is a name, so that the token"
                    + " itself never lies in a configuration.")
    String adminTokenVariable() default "DATAHUB_ADMIN_TOKEN";

    @AttributeDefinition(
            description = "File that holds the first administrator's token, of at least 32 characters; looked at only"
                    + " when broker_users.xml is made. Empty: none.")
    String adminTokenFile() default "";

    @AttributeDefinition(
            description = "Whether an administrator may come in from another machine over a way that isn't encrypted,"
                    + " where everybody in between can read the token.")
    boolean allowClearAdmin() default false;

    @AttributeDefinition(
            description = "Failed logins from one address, or of one user, that are answered at once.",
            min = "0",
            max = "1000")
    int freeFailures() default 5;

    @AttributeDefinition(
            description = "Milliseconds for which the answer to a failed login is held back at most.",
            min = "0",
            max = "60000")
    long maxPenaltyMillis() default 5_000;

    @AttributeDefinition(
            description = "Milliseconds after which half of an address's failed logins are forgotten.",
            min = "1000",
            max = "3600000")
    long failureHalfLifeMillis() default 60_000;

    @AttributeDefinition(
            description =
                    "Addresses whose failed logins are remembered, and as many users; the one that was quiet longest"
                            + " is forgotten.",
            min = "100",
            max = "1000000")
    int maxAddresses() default 10_000;

    @AttributeDefinition(
            description = "Tokens that a user may have when it asks for one more itself; its own that have ended make"
                    + " room first. Administrators aren't bound by it.",
            min = "1",
            max = "10000")
    int maxTokens() default 100;
}
