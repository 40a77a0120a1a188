"""Every operation of the contract is told, where the contract says it is."""

import re
from typing import Any

from contract.operations import operations

CONTRACT = """
registerAccount POST /v1/accounts
listAddresses GET /v1/account/addresses
addAddress POST /v1/account/addresses
changeAddress PATCH /v1/account/addresses/{}
removeAddress DELETE /v1/account/addresses/{}
setDefaultAddress POST /v1/account/addresses/{}/default
eraseOrderAddress POST /v1/operations/orders/{}/erase-address
createCart POST /v1/carts
listCarts GET /v1/carts
getCart GET /v1/carts/{}
addCartLine POST /v1/carts/{}/lines
addCartLines POST /v1/carts/{}/lines/batch
changeCartLine PATCH /v1/carts/{}/lines/{}
removeCartLine DELETE /v1/carts/{}/lines/{}
setCartAddress PUT /v1/carts/{}/address
claimCart POST /v1/carts/{}/claim
logIn POST /v1/sessions
refreshSession POST /v1/sessions/refresh
getTotp GET /v1/account/totp
enrolTotp POST /v1/account/totp
confirmTotp POST /v1/account/totp/confirm
removeTotp DELETE /v1/account/totp
startOidcLogin GET /v1/oidc/{}/start
finishOidcLogin GET /v1/oidc/{}/callback
verifyEmail POST /v1/accounts/verify
requestVerification POST /v1/accounts/verification-mails
listSessions GET /v1/sessions
revokeSession DELETE /v1/sessions/{}
logOut DELETE /v1/sessions/current
getAccount GET /v1/account
changeAccount PATCH /v1/account
submitVendor POST /v1/vendors/{}/submit
inviteVendor POST /v1/operations/vendors/invite
inviteOwner POST /v1/operations/vendors/{}/invite
changeVendor PATCH /v1/vendors/{}
pauseVendor POST /v1/vendors/{}/pause
resumeVendor POST /v1/vendors/{}/resume
getVendorStanding GET /v1/vendors/{}/standing
inviteMember POST /v1/vendors/{}/members
listMemberships GET /v1/account/memberships
listMembers GET /v1/vendors/{}/members
changeMemberRole PATCH /v1/vendors/{}/members/{}
removeMember DELETE /v1/vendors/{}/members/{}
listInvitations GET /v1/vendors/{}/invitations
revokeInvitation DELETE /v1/vendors/{}/invitations/{}
acceptInvitation POST /v1/invitations/accept
createApiKey POST /v1/vendors/{}/api-keys
listApiKeys GET /v1/vendors/{}/api-keys
revokeApiKey DELETE /v1/vendors/{}/api-keys/{}
listVendorApplications GET /v1/operations/vendors
createVendorRequirement POST /v1/operations/vendor-requirements
listVendorRequirements GET /v1/operations/vendor-requirements
removeVendorRequirement DELETE /v1/operations/vendor-requirements/{}
answerVendorRequirement PUT /v1/vendors/{}/requirements/{}
listVendorAnswers GET /v1/vendors/{}/requirements
changePassword POST /v1/account/password
eraseAccount POST /v1/account/erase
exportAccount GET /v1/account/export
requestPasswordReset POST /v1/password-resets
resetPassword POST /v1/password-resets/complete
applyAsVendor POST /v1/vendors
approveVendor POST /v1/vendors/{}/approve
rejectVendor POST /v1/vendors/{}/reject
suspendVendor POST /v1/vendors/{}/suspend
reinstateVendor POST /v1/vendors/{}/reinstate
closeVendor POST /v1/vendors/{}/close
listVendors GET /v1/vendors
getVendor GET /v1/vendors/{}
createCategory POST /v1/categories
changeCategory PATCH /v1/categories/{}
listCategories GET /v1/categories
createProduct POST /v1/vendors/{}/products
changeProduct PATCH /v1/vendors/{}/products/{}
publishProduct POST /v1/vendors/{}/products/{}/publish
unpublishProduct POST /v1/vendors/{}/products/{}/unpublish
createOffer POST /v1/vendors/{}/offers
changeOffer PATCH /v1/vendors/{}/offers/{}
withdrawOffer DELETE /v1/vendors/{}/offers/{}
listVendorProducts GET /v1/vendors/{}/products
getVendorProduct GET /v1/vendors/{}/products/{}
listProducts GET /v1/products
getProduct GET /v1/products/{}
suggestProducts GET /v1/products/suggest
listBestsellers GET /v1/products/bestsellers
setStock PUT /v1/vendors/{}/offers/{}/stock
adjustStock POST /v1/vendors/{}/offers/{}/stock/adjust
listStock GET /v1/vendors/{}/stock
listStockMovements GET /v1/vendors/{}/offers/{}/stock/movements
listLocations GET /v1/vendors/{}/locations
listProjections GET /v1/operations/projections
listOrders GET /v1/orders
getOrder GET /v1/orders/{}
completeCart POST /v1/carts/{}/complete
continuePayment POST /v1/orders/{}/payment
cancelOrder POST /v1/orders/{}/cancel
listVendorOrders GET /v1/vendors/{}/orders
getVendorOrder GET /v1/vendors/{}/orders/{}
acceptVendorOrder POST /v1/vendors/{}/orders/{}/accept
declineVendorOrder POST /v1/vendors/{}/orders/{}/decline
cancelVendorOrder POST /v1/vendors/{}/orders/{}/cancel
listPayments GET /v1/operations/payments
receivePaymentWebhook POST /v1/payment-providers/{}/webhooks
capturePayment POST /v1/operations/payments/{}/capture
voidPayment POST /v1/operations/payments/{}/void
"""


def test_every_operation_of_the_contract_is_where_it_says(document: dict[str, Any]) -> None:
    told = {
        f"{operation['operationId']} {method.upper()} {re.sub('{[a-z_]+}', '{}', path)}"
        for path, method, operation in operations(document)
    }
    assert set(CONTRACT.strip().splitlines()) - told == set()
