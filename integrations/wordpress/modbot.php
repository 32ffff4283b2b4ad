<?php
/**
 * Plugin Name: modbot for Akismet
 * Description: What the Akismet plugin asks of rest.akismet.com goes to your own modbot instead. Address: Settings, Discussion.
 * License: MIT
 *
 * Goes into wp-content/mu-plugins/. The address is the constant MODBOT_URL in wp-config.php or the option modbot_url.
 */

defined( 'ABSPATH' ) || exit;

/** Seconds that a visitor waits for modbot before the comment is kept for a later try. */
const MODBOT_PATIENCE = 5;
/** So long a comment that came in while modbot was away waits for a person; then WordPress goes by its own rules. */
const MODBOT_WAIT = DAY_IN_SECONDS;

function modbot_url() {
	return untrailingslashit( defined( 'MODBOT_URL' ) ? MODBOT_URL : (string) get_option( 'modbot_url', '' ) );
}

/** Whether this version of Akismet's plugin (5.5 and later) can be told later what became of a comment. */
function modbot_can_call_back() {
	return is_callable( array( 'Akismet_REST_API', 'receive_webhook' ) ) && is_callable( array( 'Akismet', 'approval_fallback' ) );
}

/** Answers what goes to rest.akismet.com (or KEY.rest.akismet.com, as old plugins say it) with what modbot says. */
function modbot_answer( $answer, $args, $url ) {
	$asked = wp_parse_url( $url ) + array( 'host' => '', 'path' => '/' );
	$named = isset( $args['headers']['Host'] ) ? $args['headers']['Host'] : $asked['host'];
	if ( false !== $answer || ! preg_match( '/^(?:([0-9a-f]{12})\.)?rest\.akismet\.com$/i', $named, $key ) ) {
		return $answer;
	}
	$path     = ( isset( $key[1] ) ? '/k/' . $key[1] : '' ) . $asked['path'] . ( isset( $asked['query'] ) ? '?' . $asked['query'] : '' );
	$fields   = wp_parse_args( $args['body'] );
	$is_check = '/comment-check' === substr( $asked['path'], -14 );
	$is_again = $is_check && ! empty( $fields['recheck_reason'] ) && ! empty( $fields['comment_ID'] );
	if ( $is_again && modbot_can_call_back() ) {
		$args['body'] .= '&callback=' . rawurlencode( get_rest_url( null, 'akismet/v1/webhook' ) );
	}
	$answer = modbot_ask( $path, $args );
	if ( ! $is_check ) {
		return $answer;
	}
	if ( is_wp_error( $answer ) ) {
		$answer = array( 'headers' => array(), 'body' => $answer->get_error_code(), 'response' => array( 'code' => 503, 'message' => '' ), 'cookies' => array() );
	}
	if ( ! wp_remote_retrieve_header( $answer, 'x-akismet-guid' ) ) {
		// Without one the plugin forgets that it got no verdict, and the comment would be published.
		$answer['headers']['x-akismet-guid'] = wp_generate_uuid4();
	}
	if ( 'awaiting-review' === wp_remote_retrieve_header( $answer, 'x-akismet-error' ) ) {
		if ( ! modbot_can_call_back() ) {
			// Neither true nor false: the plugin keeps the comment and asks again every 20 minutes.
			$answer['body'] = 'awaiting-review';
		} elseif ( $is_again ) {
			modbot_wait_for( (int) $fields['comment_ID'], wp_remote_retrieve_header( $answer, 'x-akismet-guid' ) );
		}
	}
	return $answer;
}
add_filter( 'pre_http_request', 'modbot_answer', 10, 3 );

function modbot_ask( $path, $args ) {
	if ( '' === modbot_url() ) {
		return new WP_Error( 'modbot_no_address', 'modbot has no address yet: Settings, Discussion.' );
	}
	unset( $args['headers']['Host'] );
	$args['timeout'] = min( $args['timeout'], MODBOT_PATIENCE );
	// With the filter on, a modbot that is at Akismet's own address would be asked for ever.
	remove_filter( 'pre_http_request', 'modbot_answer' );
	$answer = wp_remote_request( modbot_url() . $path, $args );
	add_filter( 'pre_http_request', 'modbot_answer', 10, 3 );
	return $answer;
}

/**
 * Keeps a comment pending that was asked about again and is held. On a second look the plugin hears "false" only and
 * would publish it, so for as long as it looks at this one, WordPress says that each comment needs approval.
 */
function modbot_wait_for( $id, $guid ) {
	update_comment_meta( $id, 'akismet_guid', $guid );
	if ( ! wp_next_scheduled( 'akismet_approval_fallback', array( $id ) ) ) {
		wp_schedule_single_event( time() + MODBOT_WAIT, 'akismet_approval_fallback', array( $id ) );
	}
	add_filter(
		'pre_option_comment_moderation',
		function ( $value ) use ( $id ) {
			return get_comment_meta( $id, 'akismet_rechecking' ) ? '1' : $value;
		}
	);
}

/** Asks for the address under Settings, Discussion. */
function modbot_settings() {
	register_setting( 'discussion', 'modbot_url', array( 'sanitize_callback' => 'esc_url_raw' ) );
	add_settings_field(
		'modbot_url',
		'<label for="modbot_url">Address of modbot</label>',
		function () {
			$fixed = defined( 'MODBOT_URL' ) ? ' disabled' : '';
			printf( '<input type="url" class="regular-text code" id="modbot_url" name="modbot_url" value="%s" placeholder="https://modbot.example"%s>', esc_attr( modbot_url() ), $fixed );
			echo '<p class="description">' . ( $fixed ? 'Set by MODBOT_URL in wp-config.php.' : 'What the Akismet plugin asks goes there. While this is empty, new comments stay pending.' ) . '</p>';
		},
		'discussion'
	);
}
add_action( 'admin_init', 'modbot_settings' );

function modbot_notice() {
	if ( '' === modbot_url() && current_user_can( 'manage_options' ) ) {
		printf( '<div class="notice notice-warning"><p>modbot has no address yet, so new comments stay pending: <a href="%s">Settings, Discussion</a>.</p></div>', esc_url( admin_url( 'options-discussion.php#modbot_url' ) ) );
	}
}
add_action( 'admin_notices', 'modbot_notice' );
