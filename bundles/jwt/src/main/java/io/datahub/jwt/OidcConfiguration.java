package io.datahub.jwt;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Settings of the sign-in to the web page by OpenID Connect. Who may sign in is defined by the trust rules. */
@ObjectClassDefinition(
        name = "Datahub OpenID Connect",
        description = "How people sign in to the web page by OpenID Connect; whose tokens are accepted is in"
                + " broker_users.xml")
public @interface OidcConfiguration {

    @AttributeDefinition(description = "URL of the issuer, such as https://login.example. Empty: no such sign-in.")
    String issuer() default "";

    @AttributeDefinition(description = "The ID of the hub at the issuer, which is the audience of its tokens.")
    String clientId() default "";

    @AttributeDefinition(
            description = "File with the secret of the hub at the issuer, relative to the hub's home. Empty: a public"
                    + " client.")
    String clientSecretFile() default "";

    @AttributeDefinition(
            description = "The address that the issuer sends browsers back to: that of the web page and"
                    + " session/oidc/callback, as it is registered at the issuer.")
    String redirectUri() default "";

    @AttributeDefinition(description = "What the hub asks the issuer for, separated by spaces.")
    String scope() default "openid email";

    @AttributeDefinition(description = "What the sign-in is called on the web page.")
    String label() default "single sign-on";
}
